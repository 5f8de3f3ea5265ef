package org.memlora.distillation.scenes;

import java.awt.Shape;
import java.awt.geom.AffineTransform;

/** From an outline's own coordinates to those of the picture. */
final class Placing {
    private Placing() { }

    static Shape place(Shape shape, double x, double y, double radius, double tilt) {
        double angle = StrictMath.toRadians(tilt);
        double cos = radius * StrictMath.cos(angle);
        double sin = radius * StrictMath.sin(angle);
        return new AffineTransform(cos, sin, -sin, cos, x, y).createTransformedShape(shape);
    }
}
