package org.memlora.distillation.scenes;

import java.awt.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What objects are. The tilt is bounded where a turned one would have another name: a square on its corner is a diamond. */
enum SceneShape {
    CIRCLE(Theme.FIGURES, 180, true, Outlines.circle(0, 0, 0.92)),
    SQUARE(Theme.FIGURES, 20, true, Outlines.square(0.8)),
    TRIANGLE(Theme.FIGURES, 180, true, Outlines.regular(3)),
    STAR(Theme.FIGURES, 180, true, Outlines.star()),
    HEART(Theme.FIGURES, 40, true, Outlines.heart()),
    CROSS(Theme.FIGURES, 20, true, "crosses", Outlines.cross(), Outlines.none()),
    RING(Theme.FIGURES, 180, false, Outlines.ring()),
    CRESCENT(Theme.FIGURES, 180, false, Outlines.crescent()),
    ARROW(Theme.FIGURES, 180, false, Outlines.arrow()),
    HEXAGON(Theme.FIGURES, 180, true, Outlines.regular(6)),
    MUG(Theme.THINGS, 25, true, "mugs", Outlines.mug(), Outlines.mugLines()),
    HOUSE(Theme.THINGS, 15, false, "houses", Outlines.house(), Outlines.houseLines()),
    BOAT(Theme.THINGS, 20, false, Outlines.boat()),
    FISH(Theme.THINGS, 25, true, "fish", Outlines.fish(), Outlines.fishLines()),
    LEAF(Theme.PLANTS, 180, false, "leaves", Outlines.leaf(), Outlines.leafLines()),
    TREE(Theme.PLANTS, 15, true, Outlines.tree()),
    FLOWER(Theme.PLANTS, 180, false, "flowers", Outlines.flower(), Outlines.circle(0, 0, 0.28)),
    MUSHROOM(Theme.PLANTS, 25, true, "mushrooms", Outlines.mushroom(), Outlines.mushroomLines());

    /** A group of one theme makes a thing of another one unusual. */
    enum Theme { FIGURES, PLANTS, THINGS }

    static final List<SceneShape> ALL = List.of(values());

    private final Theme theme;
    private final double mostTilt;
    private final boolean carrier;
    private final String plural;
    private final Shape outline;
    private final Shape lines;

    SceneShape(Theme theme, double mostTilt, boolean carrier, Shape outline) {
        this(theme, mostTilt, carrier, null, outline, Outlines.none());
    }

    SceneShape(Theme theme, double mostTilt, boolean carrier, String plural, Shape outline, Shape lines) {
        this.theme = theme;
        this.mostTilt = mostTilt;
        this.carrier = carrier;
        this.plural = plural == null ? name().toLowerCase(Locale.ROOT) + "s" : plural;
        this.outline = outline;
        this.lines = lines;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    String plural() {
        return plural;
    }

    Theme theme() {
        return theme;
    }

    /** Degrees to each side. */
    double mostTilt() {
        return mostTilt;
    }

    /** Whether a small part fits on it and can't be taken for something that belongs to it, as a door or the middle of a flower. */
    boolean isCarrier() {
        return carrier;
    }

    Shape outline() {
        return outline;
    }

    Shape lines() {
        return lines;
    }

    static List<SceneShape> of(Theme theme) {
        return Arrays.stream(values()).filter(shape -> shape.theme == theme).toList();
    }
}
