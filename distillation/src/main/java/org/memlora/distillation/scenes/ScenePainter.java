package org.memlora.distillation.scenes;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;

/** A scene as a picture, smoothed, without fonts and without a screen. */
final class ScenePainter {
    private static final Color DARK = new Color(0x2A2A2E);
    private static final Color LIGHT = new Color(0xE8E8EA);
    private static final float OUTLINE = 2.2f;
    private static final float LINES = 1.5f;
    private static final float PART_OUTLINE = 1.2f;

    static {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
    }

    private ScenePainter() { }

    static BufferedImage paint(Scene scene) {
        BufferedImage image = new BufferedImage(Scene.SIZE, Scene.SIZE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            new BackgroundPainter(graphics, scene.background()).paint();
            for (SceneObject object : scene.objects()) {
                paint(graphics, object, scene.background().tint().isDark());
            }
        } finally {
            graphics.dispose();
        }
        return image;
    }

    private static void paint(Graphics2D graphics, SceneObject object, boolean darkBackground) {
        Shape outline = object.outline();
        SceneColour colour = object.look().colour();
        graphics.setColor(object.paint());
        graphics.fill(outline);
        if (object.look().texture() != Texture.PLAIN) {
            graphics.setClip(outline);   // jagged, but its edge is below the outline
            graphics.setColor(colour.tone());
            pattern(graphics, object);
            graphics.setClip(null);
        }
        boolean lightOutline = colour == SceneColour.BLACK || darkBackground && !colour.isLight();
        graphics.setColor(lightOutline ? LIGHT : DARK);
        graphics.setStroke(new BasicStroke(OUTLINE, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        graphics.draw(outline);
        graphics.setStroke(new BasicStroke(LINES, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        graphics.draw(object.lines());
        object.part().ifPresent(part -> paint(graphics, part));
    }

    private static void paint(Graphics2D graphics, SmallPart part) {
        Shape outline = part.outline();
        graphics.setColor(part.paint());
        graphics.fill(outline);
        graphics.setColor(part.colour().isLight() ? DARK : LIGHT);
        graphics.setStroke(new BasicStroke(PART_OUTLINE));
        graphics.draw(outline);
    }

    private static void pattern(Graphics2D graphics, SceneObject object) {
        double step = Math.max(8, object.radius() * 0.36);
        int reach = (int) StrictMath.ceil(object.radius() / step) + 1;
        for (int row = -reach; row <= reach; row++) {
            if (object.look().texture() == Texture.STRIPES) {
                fill(graphics, object, new Rectangle2D.Double(-object.radius() * 1.5, row * step, object.radius() * 3, step / 2));
                continue;
            }
            for (int column = -reach; column <= reach; column++) {
                if (object.look().texture() == Texture.DOTS) {
                    double shift = row % 2 == 0 ? 0 : step / 2;
                    fill(graphics, object, Outlines.circle(column * step + shift, row * step, step * 0.28));
                } else if ((row + column) % 2 == 0) {
                    fill(graphics, object, new Rectangle2D.Double(column * step * 0.8, row * step * 0.8, step * 0.8, step * 0.8));
                }
            }
        }
    }

    /** @param mark about the object's middle, in pixels */
    private static void fill(Graphics2D graphics, SceneObject object, Shape mark) {
        graphics.fill(Placing.place(mark, object.x(), object.y(), 1, object.tilt() + 30));
    }
}
