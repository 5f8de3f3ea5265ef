package org.memlora.distillation.scenes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Objects anywhere, some of them to be counted among others that are nearly like them, and a small part on one. The number to be counted is drawn
 * first, so that each number is as frequent as any other.
 */
final class ScatteredScenes extends SceneComposer {
    static final int MOST_COUNTED = 6;
    private static final int MOST_OBJECTS = 9;
    private static final double NEARLY_ALIKE = 0.7;

    ScatteredScenes(SceneSplit split, SplittableRandom random) {
        super(split, random);
    }

    @Override
    Optional<ComposedScene> compose() {
        int count = random.nextInt(MOST_COUNTED + 1);
        Descriptor asked = asked();
        List<Look> wanted = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            looks.choose(asked::matches).ifPresent(wanted::add);
        }
        int others = Math.min(MOST_OBJECTS - count, Math.max(3 - count, 0) + 1 + random.nextInt(3));
        for (int i = 0; i < others; i++) {
            looks.choose(other(asked, count == 0 && i < 2 ? i : -1)).ifPresent(wanted::add);
        }
        if (wanted.size() < count + others) {
            return Optional.empty();
        }
        shuffle(wanted);
        double largest = wanted.size() <= 4 ? 46 : wanted.size() <= 6 ? 39 : 32;
        double closeness = random.nextInt(3) == 0 ? 1.05 : 0.66;
        return scatter(wanted, largest * 0.72, largest, closeness).flatMap(objects -> withPart(objects, asked))
                .map(objects -> new ComposedScene(new Scene(background(), Scene.Arrangement.SCATTERED, objects), Optional.of(asked)));
    }

    private Descriptor asked() {
        SceneShape shape = SceneShape.ALL.get(random.nextInt(SceneShape.ALL.size()));
        SceneColour colour = parts.colour();
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3, 4 -> Descriptor.of(colour, shape);
            case 5, 6 -> Descriptor.of(shape);
            case 7, 8 -> Descriptor.of(colour);
            default -> Descriptor.of(random.nextBoolean() ? Texture.STRIPES : Texture.CHECKS, shape);
        };
    }

    /** @param alike 0: of the colour asked for, 1: of the shape (so that "no red stars" is said of a scene with red things and stars), -1: any */
    private Predicate<Look> other(Descriptor asked, int alike) {
        if (alike == 0 && asked.colour().isPresent() && asked.shape().isPresent()) {
            return look -> !asked.matches(look) && asked.colour().get() == look.colour();
        }
        if (alike == 1 && asked.colour().isPresent() && asked.shape().isPresent()) {
            return look -> !asked.matches(look) && asked.shape().get() == look.shape();
        }
        boolean near = random.nextDouble() < NEARLY_ALIKE && (asked.texture().isPresent() || asked.colour().isPresent() && asked.shape().isPresent());
        return near ? asked::nearlyMatches : look -> !asked.matches(look);
    }

    private Optional<List<SceneObject>> withPart(List<SceneObject> objects, Descriptor asked) {
        SmallPart.Form form = parts.form();
        SceneColour colour = parts.colour();
        IdBuffer ids = IdBuffer.of(objects);
        List<Integer> order = new ArrayList<>(IntStream.range(0, objects.size()).boxed().toList());
        shuffle(order);
        for (int index : order) {
            SceneObject object = objects.get(index);
            boolean unique = objects.stream().filter(other -> Descriptor.of(object.look().colour(), object.look().shape()).matches(other.look())).count() == 1;
            if (unique && SceneParts.canCarry(object.look(), colour)) {
                Optional<SmallPart> part = parts.fit(ids, object, index, form, colour).filter(fitting -> !asked.isConfusedBy(fitting));
                if (part.isPresent()) {
                    List<SceneObject> changed = new ArrayList<>(objects);
                    changed.set(index, object.with(part.get()));
                    return Optional.of(changed);
                }
            }
        }
        return Optional.empty();
    }
}
