package org.memlora.distillation.scenes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.memlora.distillation.scenes.Scene.Arrangement;

/** Groups with one object out of place: of another shape, colour or texture, or of another theme. */
final class OddOneScenes extends SceneComposer {
    private static final int LEAST = 4;
    private static final int MOST_IN_ROW = 5;
    private static final double SWING = 8;

    OddOneScenes(SceneSplit split, SplittableRandom random) {
        super(split, random);
    }

    @Override
    Optional<ComposedScene> compose() {
        boolean withParts = random.nextInt(2) == 0;
        Arrangement arrangement = one(Arrangement.values());
        int size = switch (arrangement) {
            case ROW -> withParts ? LEAST : LEAST + random.nextInt(MOST_IN_ROW - LEAST + 1);
            case GRID -> random.nextInt(3) == 0 ? LEAST : 6;
            default -> LEAST + random.nextInt(4);
        };
        SceneColour ofParts = parts.colour();
        Predicate<Look> possible = look -> !withParts || SceneParts.canCarry(look, ofParts);
        Optional<List<Look>> chosen = looks.choose(possible).flatMap(odd -> switch (random.nextInt(5)) {
            case 0, 1 -> oddShape(odd, size, possible);
            case 2 -> oddTexture(odd, size, possible);
            case 3 -> oddColour(odd, size, possible);
            default -> oddTheme(odd, size, possible);
        });
        if (chosen.isEmpty()) {
            return Optional.empty();
        }
        List<Look> group = new ArrayList<>(chosen.get());
        shuffle(group);
        return arrange(group, arrangement).flatMap(objects -> withParts ? withParts(objects, ofParts) : Optional.of(objects))
                .map(objects -> new Scene(background(), arrangement, objects))
                .filter(scene -> OddOne.in(scene).isPresent())
                .map(scene -> new ComposedScene(scene, Optional.empty()));
    }

    /** All alike but for their shape; the colours are one, or two of which neither is rare. */
    private Optional<List<Look>> oddShape(Look odd, int size, Predicate<Look> possible) {
        SceneShape shape = SceneShape.ALL.get(random.nextInt(SceneShape.ALL.size()));
        if (shape == odd.shape()) {
            return Optional.empty();
        }
        SceneColour second = random.nextInt(3) == 0 ? parts.colour() : odd.colour();
        return joined(odd, IntStream.range(1, size).mapToObj(i -> new Look(shape, i % 2 == 0 ? odd.colour() : second, odd.texture())).toList(), possible);
    }

    private Optional<List<Look>> oddTexture(Look odd, int size, Predicate<Look> possible) {
        Texture others = one(Texture.values());
        return others == odd.texture() ? Optional.empty()
                : different(odd, size, look -> look.texture() == others && look.colour() == odd.colour() && possible.test(look));
    }

    private Optional<List<Look>> oddColour(Look odd, int size, Predicate<Look> possible) {
        SceneColour others = parts.colour();
        return others == odd.colour() ? Optional.empty()
                : different(odd, size, look -> look.colour() == others && look.texture() == odd.texture() && possible.test(look));
    }

    /** Each of a shape of its own. */
    private Optional<List<Look>> different(Look odd, int size, Predicate<Look> others) {
        List<Look> found = new ArrayList<>(List.of(odd));
        while (found.size() < size) {
            Optional<Look> next = looks.choose(look -> others.test(look) && found.stream().noneMatch(other -> other.shape() == look.shape()));
            if (next.isEmpty()) {
                return Optional.empty();
            }
            found.add(next.get());
        }
        return Optional.of(found);
    }

    /** Each shape of the theme is there twice or more: none but the odd one stands alone. */
    private Optional<List<Look>> oddTheme(Look odd, int size, Predicate<Look> possible) {
        SceneShape.Theme theme = one(SceneShape.Theme.values());
        if (size <= LEAST || theme == odd.shape().theme()) {
            return Optional.empty();
        }
        List<SceneShape> shapes = new ArrayList<>(SceneShape.of(theme));
        shuffle(shapes);
        int kinds = size >= LEAST + 3 && random.nextBoolean() ? 3 : 2;
        return joined(odd, IntStream.range(1, size).mapToObj(i -> new Look(shapes.get(i % kinds), odd.colour(), odd.texture())).toList(), possible);
    }

    private Optional<List<Look>> joined(Look odd, List<Look> others, Predicate<Look> possible) {
        List<Look> found = new ArrayList<>(List.of(odd));
        found.addAll(others);
        return others.stream().allMatch(look -> possible.test(look) && looks.mayShow(look)) ? Optional.of(found) : Optional.empty();
    }

    /** Sizes and tilts are nearly equal: they are not what is odd. */
    private Optional<List<SceneObject>> arrange(List<Look> group, Arrangement arrangement) {
        int size = group.size();
        double tilt = between(-180, 180);
        double middle = Scene.SIZE / 2.0;
        if (arrangement == Arrangement.SCATTERED) {
            double radius = size <= 5 ? 36 : 31;
            return scatter(group, radius * 0.92, radius, 1.06);
        }
        int columns = arrangement == Arrangement.GRID ? size == LEAST ? 2 : 3 : size;
        double height = between(70, Scene.SIZE - 70);
        double turn = between(0, 2 * Math.PI);
        List<SceneObject> objects = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            double cell = Scene.SIZE / (double) columns;
            double x = cell * (i % columns + 0.5);
            double y = arrangement == Arrangement.ROW ? height : Scene.SIZE / 2.0 * (i / columns + 0.5);
            double radius = Math.min(42, cell * 0.43);
            if (arrangement == Arrangement.CIRCLE) {
                x = middle + 84 * StrictMath.cos(turn + 2 * Math.PI * i / size);
                y = middle + 84 * StrictMath.sin(turn + 2 * Math.PI * i / size);
                radius = size <= 5 ? 38 : 33;
            }
            Look look = group.get(i);
            objects.add(object(look, x + between(-2, 2), y + between(-2, 2), radius * between(0.92, 1),
                    tilt * look.shape().mostTilt() / 180 + between(-SWING, SWING)));
        }
        return isVisible(objects) ? Optional.of(objects) : Optional.empty();
    }

    /** All carry the same part: none stands out by it. */
    private Optional<List<SceneObject>> withParts(List<SceneObject> objects, SceneColour colour) {
        SmallPart.Form form = parts.form();
        IdBuffer ids = IdBuffer.of(objects);
        List<SceneObject> found = new ArrayList<>();
        for (int i = 0; i < objects.size(); i++) {
            SceneObject object = objects.get(i);
            Optional<SmallPart> part = parts.fit(ids, object, i, form, colour);
            if (part.isEmpty()) {
                return Optional.empty();
            }
            found.add(object.with(part.get()));
        }
        return Optional.of(found);
    }
}
