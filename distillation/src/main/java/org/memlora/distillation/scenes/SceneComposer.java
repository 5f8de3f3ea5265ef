package org.memlora.distillation.scenes;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** What the composers of scenes share: backgrounds, places, and the measure of what stays visible. */
abstract class SceneComposer {
    /** Measured on the id buffer; with less of it a mug without its handle would be no mug. */
    static final double LEAST_VISIBLE = 0.65;
    private static final double MARGIN = 4;
    private static final int PLACE_ATTEMPTS = 80;

    protected final SplittableRandom random;
    protected final LookChooser looks;
    protected final SceneParts parts;

    SceneComposer(SceneSplit split, SplittableRandom random) {
        this.random = random;
        this.looks = new LookChooser(split, random);
        this.parts = new SceneParts(random);
    }

    /** Empty if the dice fell badly: try again. */
    abstract Optional<ComposedScene> compose();

    protected final Background background() {
        return new Background(one(Background.Tint.values()), one(Background.Clutter.values()), random.nextLong());
    }

    protected final <T> T one(T[] values) {
        return values[random.nextInt(values.length)];
    }

    protected final double between(double low, double high) {
        return low + random.nextDouble() * (high - low);
    }

    protected final void shuffle(List<?> list) {
        Collections.shuffle(list, new Random(random.nextLong()));
    }

    protected final SceneObject object(Look look, double x, double y, double radius, double tilt) {
        double most = look.shape().mostTilt();
        return new SceneObject(look, look.colour().jittered(random), x, y, radius, Math.max(-most, Math.min(most, tilt)), Optional.empty());
    }

    protected final double anyTilt(Look look) {
        return between(-1, 1) * look.shape().mostTilt();
    }

    /**
     * Anywhere in the picture.
     *
     * @param closeness least distance of two middles, as a share of the sum of their radii: below 1 they may cover each other in part
     */
    protected final Optional<List<SceneObject>> scatter(List<Look> wanted, double smallest, double largest, double closeness) {
        List<SceneObject> placed = new ArrayList<>();
        for (Look look : wanted) {
            double radius = between(smallest, largest);
            Optional<SceneObject> found = Optional.empty();
            for (int attempt = 0; attempt < PLACE_ATTEMPTS && found.isEmpty(); attempt++) {
                SceneObject tried = object(look, between(radius + MARGIN, Scene.SIZE - radius - MARGIN),
                        between(radius + MARGIN, Scene.SIZE - radius - MARGIN), radius, anyTilt(look));
                found = Optional.of(tried).filter(candidate -> placed.stream().allMatch(other -> apart(candidate, other, closeness)));
            }
            if (found.isEmpty()) {
                return Optional.empty();
            }
            placed.add(found.get());
        }
        return isVisible(placed) ? Optional.of(placed) : Optional.empty();
    }

    private static boolean apart(SceneObject a, SceneObject b, double closeness) {
        double x = a.x() - b.x();
        double y = a.y() - b.y();
        double least = closeness * (a.radius() + b.radius());
        return x * x + y * y >= least * least;
    }

    protected static boolean isVisible(List<SceneObject> objects) {
        IdBuffer ids = IdBuffer.of(objects);
        return IntStream.range(0, objects.size()).allMatch(i -> ids.visibleShare(i) >= LEAST_VISIBLE);
    }
}
