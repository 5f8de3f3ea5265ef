package org.memlora.distillation.scenes;

import java.awt.Shape;
import java.awt.geom.Arc2D;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;

/** Silhouettes within -1..1, y downwards, and the lines drawn within them. */
final class Outlines {
    private static final int STAR_POINTS = 5;
    private static final double STAR_INNER = 0.45;
    private static final int PETALS = 6;

    private Outlines() { }

    static Shape circle(double x, double y, double radius) {
        return new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
    }

    static Shape square(double half) {
        return new Rectangle2D.Double(-half, -half, 2 * half, 2 * half);
    }

    /** One corner is at the top. */
    static Shape regular(int corners) {
        Path2D path = new Path2D.Double();
        for (int i = 0; i < corners; i++) {
            add(path, 2 * Math.PI * i / corners, 1);
        }
        path.closePath();
        return path;
    }

    static Shape star() {
        Path2D path = new Path2D.Double();
        for (int i = 0; i < 2 * STAR_POINTS; i++) {
            add(path, Math.PI * i / STAR_POINTS, i % 2 == 0 ? 1 : STAR_INNER);
        }
        path.closePath();
        return path;
    }

    private static void add(Path2D path, double angle, double radius) {
        double x = radius * StrictMath.sin(angle);
        double y = -radius * StrictMath.cos(angle);
        if (path.getCurrentPoint() == null) {
            path.moveTo(x, y);
        } else {
            path.lineTo(x, y);
        }
    }

    static Shape heart() {
        Path2D path = new Path2D.Double();
        path.moveTo(0, 0.92);
        path.curveTo(-1.5, -0.1, -0.75, -1.25, 0, -0.42);
        path.curveTo(0.75, -1.25, 1.5, -0.1, 0, 0.92);
        path.closePath();
        return path;
    }

    static Shape cross() {
        return union(new Rectangle2D.Double(-0.32, -0.95, 0.64, 1.9), new Rectangle2D.Double(-0.95, -0.32, 1.9, 0.64));
    }

    static Shape ring() {
        return without(circle(0, 0, 0.95), circle(0, 0, 0.52));
    }

    static Shape crescent() {
        return without(circle(0, 0, 0.95), circle(0.5, 0, 0.78));
    }

    static Shape arrow() {
        return polygon(-1, -0.27, 0.1, -0.27, 0.1, -0.75, 1, 0, 0.1, 0.75, 0.1, 0.27, -1, 0.27);
    }

    static Shape mug() {
        return union(new RoundRectangle2D.Double(-0.85, -0.8, 1.25, 1.65, 0.3, 0.3), without(circle(0.4, 0, 0.55), circle(0.4, 0, 0.32)));
    }

    static Shape mugLines() {
        return line(-0.83, -0.55, 0.38, -0.55);
    }

    static Shape house() {
        return union(new Rectangle2D.Double(-0.7, -0.15, 1.4, 1.05), polygon(-1, -0.1, 0, -0.95, 1, -0.1));
    }

    static Shape houseLines() {
        Path2D path = new Path2D.Double(new Rectangle2D.Double(-0.2, 0.3, 0.4, 0.6));
        path.append(line(-0.7, -0.1, 0.7, -0.1), false);
        return path;
    }

    static Shape leaf() {
        Path2D path = new Path2D.Double();
        path.moveTo(-0.65, 0);
        path.curveTo(-0.3, -0.95, 0.55, -0.6, 1, 0);
        path.curveTo(0.55, 0.6, -0.3, 0.95, -0.65, 0);
        path.closePath();
        return union(path, new Rectangle2D.Double(-1, -0.06, 0.45, 0.12));
    }

    static Shape leafLines() {
        Path2D path = new Path2D.Double(line(-0.65, 0, 0.8, 0));
        for (double x = -0.35; x < 0.5; x += 0.35) {
            path.append(line(x, 0, x + 0.25, -0.38), false);
            path.append(line(x, 0, x + 0.25, 0.38), false);
        }
        return path;
    }

    static Shape fish() {
        return union(new Ellipse2D.Double(-1, -0.52, 1.5, 1.04), polygon(0.25, 0, 1, -0.6, 0.82, 0, 1, 0.6));
    }

    static Shape fishLines() {
        return new Arc2D.Double(-0.95, -0.4, 0.5, 0.8, -60, 120, Arc2D.OPEN);
    }

    static Shape tree() {
        return union(polygon(0, -1, -0.5, -0.35, 0.5, -0.35), polygon(0, -0.65, -0.68, 0.15, 0.68, 0.15), polygon(0, -0.25, -0.85, 0.65, 0.85, 0.65),
                new Rectangle2D.Double(-0.16, 0.6, 0.32, 0.4));
    }

    static Shape flower() {
        Area area = new Area(circle(0, 0, 0.4));
        for (int i = 0; i < PETALS; i++) {
            double angle = 2 * Math.PI * i / PETALS;
            area.add(new Area(circle(0.62 * StrictMath.sin(angle), -0.62 * StrictMath.cos(angle), 0.36)));
        }
        return area;
    }

    static Shape mushroom() {
        return union(new Arc2D.Double(-0.98, -0.9, 1.96, 1.9, 0, 180, Arc2D.CHORD), new RoundRectangle2D.Double(-0.3, -0.1, 0.6, 1.05, 0.3, 0.3));
    }

    static Shape mushroomLines() {
        return line(-0.3, 0.05, 0.3, 0.05);
    }

    static Shape boat() {
        return union(polygon(-0.98, 0.35, 0.98, 0.35, 0.6, 0.9, -0.6, 0.9), new Rectangle2D.Double(-0.07, -0.98, 0.14, 1.4),
                polygon(0, -0.95, 0, 0.22, 0.85, 0.22), polygon(0, -0.6, 0, 0.22, -0.65, 0.22));
    }

    static Shape none() {
        return new Path2D.Double();
    }

    private static Shape line(double fromX, double fromY, double toX, double toY) {
        Path2D path = new Path2D.Double();
        path.moveTo(fromX, fromY);
        path.lineTo(toX, toY);
        return path;
    }

    private static Shape polygon(double... points) {
        Path2D path = new Path2D.Double();
        path.moveTo(points[0], points[1]);
        for (int i = 2; i < points.length; i += 2) {
            path.lineTo(points[i], points[i + 1]);
        }
        path.closePath();
        return path;
    }

    private static Area union(Shape... parts) {
        Area area = new Area();
        for (Shape part : parts) {
            area.add(new Area(part));
        }
        return area;
    }

    private static Area without(Shape whole, Shape hole) {
        Area area = new Area(whole);
        area.subtract(new Area(hole));
        return area;
    }
}
