package org.memlora.distillation.scenes;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.SplittableRandom;

/** Tint and clutter. No clutter has a shape that could be asked for, or is strong enough to be taken for an object. */
final class BackgroundPainter {
    private static final int FAINT = 26;
    private static final int THIN = 70;
    private static final double FADE = 34;

    private final Graphics2D graphics;
    private final Background background;
    private final SplittableRandom random;

    BackgroundPainter(Graphics2D graphics, Background background) {
        this.graphics = graphics;
        this.background = background;
        this.random = new SplittableRandom(background.seed());
    }

    void paint() {
        graphics.setColor(background.tint().colour());
        graphics.fill(new Rectangle2D.Double(0, 0, Scene.SIZE, Scene.SIZE));
        switch (background.clutter()) {
            case NOTHING -> { }
            case GRADIENT -> gradient();
            case STRIPES -> stripes();
            case LINES -> lines();
            case PATCHES -> patches();
            case GRID -> grid();
        }
    }

    /** Over the tint: lighter on a dark one. */
    private Color over(int alpha) {
        int grey = background.tint().isDark() ? 255 : 0;
        return new Color(grey, grey, grey, alpha);
    }

    private void gradient() {
        double middle = Scene.SIZE / 2.0;
        double angle = random.nextInt(360) * Math.PI / 180;
        double x = middle * StrictMath.cos(angle);
        double y = middle * StrictMath.sin(angle);
        graphics.setPaint(new GradientPaint((float) (middle - x), (float) (middle - y), shifted(-FADE),
                (float) (middle + x), (float) (middle + y), shifted(FADE)));
        graphics.fill(new Rectangle2D.Double(0, 0, Scene.SIZE, Scene.SIZE));
    }

    private Color shifted(double by) {
        Color tint = background.tint().colour();
        return new Color(bounded(tint.getRed() + by), bounded(tint.getGreen() + by), bounded(tint.getBlue() + by));
    }

    private static int bounded(double channel) {
        return (int) Math.max(0, Math.min(255, channel));
    }

    private void stripes() {
        int width = 14 + random.nextInt(16);
        double tilt = random.nextInt(180);
        graphics.setColor(over(FAINT));
        for (int offset = -Scene.SIZE; offset < Scene.SIZE; offset += 2 * width) {
            graphics.fill(turned(new Rectangle2D.Double(-Scene.SIZE, offset, 2 * Scene.SIZE, width), tilt));
        }
    }

    private void grid() {
        int step = 24 + random.nextInt(20);
        double tilt = random.nextInt(45);
        graphics.setColor(over(THIN / 2));
        graphics.setStroke(new BasicStroke(1));
        for (int offset = -Scene.SIZE; offset < Scene.SIZE; offset += step) {
            graphics.draw(turned(new Line2D.Double(-Scene.SIZE, offset, Scene.SIZE, offset), tilt));
            graphics.draw(turned(new Line2D.Double(offset, -Scene.SIZE, offset, Scene.SIZE), tilt));
        }
    }

    private static Shape turned(Shape shape, double tilt) {
        return Placing.place(shape, Scene.SIZE / 2.0, Scene.SIZE / 2.0, 1, tilt);
    }

    private void lines() {
        graphics.setStroke(new BasicStroke(1.2f));
        for (int i = 6 + random.nextInt(8); i > 0; i--) {
            graphics.setColor(over(THIN / 2 + random.nextInt(THIN / 2)));
            graphics.draw(new Line2D.Double(anywhere(), anywhere(), anywhere(), anywhere()));
        }
    }

    /** Long ovals: a round one could be counted among circles. */
    private void patches() {
        for (int i = 5 + random.nextInt(6); i > 0; i--) {
            graphics.setColor(over(FAINT / 2 + random.nextInt(FAINT / 2)));
            double height = 30 + random.nextInt(30);
            double width = height * (2 + random.nextDouble());
            Shape oval = new Ellipse2D.Double(-width / 2, -height / 2, width, height);
            graphics.fill(Placing.place(oval, anywhere(), anywhere(), 1, random.nextInt(180)));
        }
    }

    private int anywhere() {
        return random.nextInt(Scene.SIZE);
    }
}
