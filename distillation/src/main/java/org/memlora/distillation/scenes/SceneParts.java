package org.memlora.distillation.scenes;

import java.awt.geom.Point2D;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Puts small parts on what is visible of objects. */
final class SceneParts {
    private static final double SHARE = 0.24;
    private static final double SMALLEST = 5.5;
    private static final double LARGEST = 9;
    /** About the part there is still some of its carrier. */
    private static final double REACH = 1.15;
    private static final double MARGIN = 2.5;
    /** Of names, so that a part stands out from its carrier. */
    private static final double DISTINCT = 40;

    private final SplittableRandom random;

    SceneParts(SplittableRandom random) {
        this.random = random;
    }

    SmallPart.Form form() {
        return SmallPart.Form.values()[random.nextInt(SmallPart.Form.values().length)];
    }

    SceneColour colour() {
        return SceneColour.ALL.get(random.nextInt(SceneColour.ALL.size()));
    }

    /** Objects with a pattern of dots or checks carry none: a dot would be lost there. */
    static boolean canCarry(Look look, SceneColour part) {
        return look.shape().isCarrier() && (look.texture() == Texture.PLAIN || look.texture() == Texture.STRIPES)
                && look.colour().distance(part) >= DISTINCT;
    }

    /** Empty if there is no room on what is visible of the object. */
    Optional<SmallPart> fit(IdBuffer ids, SceneObject object, int index, SmallPart.Form form, SceneColour colour) {
        double radius = Math.max(SMALLEST, Math.min(LARGEST, object.radius() * SHARE));
        List<Point2D> places = ids.freeDiscs(index, object.outline().getBounds(), radius * REACH + MARGIN);
        if (places.isEmpty()) {
            return Optional.empty();
        }
        Point2D place = places.get(random.nextInt(places.size()));
        return Optional.of(new SmallPart(form, colour, colour.jittered(random), place.getX(), place.getY(), radius));
    }
}
