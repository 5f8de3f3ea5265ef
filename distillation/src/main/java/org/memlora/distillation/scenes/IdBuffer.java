package org.memlora.distillation.scenes;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.Shape;
import java.awt.geom.Point2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.ArrayList;
import java.util.List;

/** Which object each pixel of a scene shows: the measure of what is visible, drawn by the same outlines as the picture and without smoothing. */
final class IdBuffer {
    static final int NOTHING = 0;
    private static final int PARTS = 1000;
    private static final int RGB = 0xFFFFFF;
    private static final int SEARCH_STEP = 2;

    private final int[] ids;
    private final int[] whole;
    private final int[] visible;
    private final int[] visibleOfPart;

    private IdBuffer(int[] ids, int[] whole) {
        this.ids = ids;
        this.whole = whole;
        this.visible = new int[whole.length];
        this.visibleOfPart = new int[whole.length];
        for (int pixel : ids) {
            int id = pixel & RGB;
            if (id > PARTS) {
                visibleOfPart[id - partId(0)]++;
            } else if (id != NOTHING) {
                visible[id - id(0)]++;
            }
        }
    }

    static IdBuffer of(List<SceneObject> objects) {
        BufferedImage image = new BufferedImage(Scene.SIZE, Scene.SIZE, BufferedImage.TYPE_INT_RGB);
        int[] ids = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
        int[] whole = new int[objects.size()];
        Graphics2D graphics = image.createGraphics();
        try {
            for (int i = 0; i < objects.size(); i++) {
                SceneObject object = objects.get(i);
                fill(graphics, object.outline(), id(i));
                whole[i] = count(ids, id(i), object.outline().getBounds());
                int part = partId(i);
                object.part().ifPresent(small -> fill(graphics, small.outline(), part));
            }
        } finally {
            graphics.dispose();
        }
        return new IdBuffer(ids, whole);
    }

    private static void fill(Graphics2D graphics, Shape shape, int id) {
        graphics.setColor(new Color(id));
        graphics.fill(shape);
    }

    private static int count(int[] ids, int id, Rectangle within) {
        Rectangle bounds = within.intersection(new Rectangle(Scene.SIZE, Scene.SIZE));
        int found = 0;
        for (int y = bounds.y; y < bounds.y + bounds.height; y++) {
            for (int x = bounds.x; x < bounds.x + bounds.width; x++) {
                found += (ids[y * Scene.SIZE + x] & RGB) == id ? 1 : 0;
            }
        }
        return found;
    }

    static int id(int object) {
        return object + 1;
    }

    static int partId(int object) {
        return PARTS + object + 1;
    }

    /** {@link #NOTHING}, or the {@link #id} or {@link #partId} of an object. */
    int at(int x, int y) {
        return ids[y * Scene.SIZE + x] & RGB;
    }

    /** Share of the object's pixels that nothing covers; its own part doesn't count as a cover. */
    double visibleShare(int object) {
        return (visible[object] + visibleOfPart[object]) / (double) whole[object];
    }

    int partPixels(int object) {
        return visibleOfPart[object];
    }

    /** Middles of discs of this radius that lie on visible pixels of the object alone. */
    List<Point2D> freeDiscs(int object, Rectangle within, double radius) {
        List<Point2D> found = new ArrayList<>();
        int reach = (int) StrictMath.ceil(radius);
        for (int y = Math.max(reach, within.y); y < Math.min(Scene.SIZE - reach, within.y + within.height); y += SEARCH_STEP) {
            for (int x = Math.max(reach, within.x); x < Math.min(Scene.SIZE - reach, within.x + within.width); x += SEARCH_STEP) {
                if (isFree(id(object), x, y, reach, radius)) {
                    found.add(new Point2D.Double(x + 0.5, y + 0.5));
                }
            }
        }
        return found;
    }

    private boolean isFree(int id, int x, int y, int reach, double radius) {
        for (int dy = -reach; dy <= reach; dy++) {
            for (int dx = -reach; dx <= reach; dx++) {
                if (dx * dx + dy * dy <= radius * radius && at(x + dx, y + dy) != id) {
                    return false;
                }
            }
        }
        return true;
    }
}
