package org.memlora.distillation.scenes;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.memlora.distillation.scenes.LabelledScene.Labelled;
import org.memlora.models.picture.RgbPicture;
import org.memlora.models.vision.embedded.SightConfig.Attribute;
import org.memlora.models.vision.embedded.SightConfig.Tally;

/** What the renderer knows of a scene, as the eyes learn it; and the scenes with it. */
public final class SceneAttributes {
    /** Width and height of a picture. */
    public static final int SIDE = Scene.SIZE;
    /** More than any scene has. */
    public static final int MOST_OBJECTS = 12;
    /** Objects that have what this one has, itself among them. */
    private static final int MOST_ALIKE = 7;
    /** Place of the attribute among those of objects. */
    private static final int UNUSUAL = 3;
    /** What those behind it compare: shape, colour, colour and shape, texture and shape. */
    private static final int[][] ALIKE_BY = {{0}, {1}, {0, 1}, {0, 2}};

    private SceneAttributes() { }

    public static List<Attribute> ofPictures() {
        return List.of(named("arrangement", Scene.Arrangement.values(), arrangement -> arrangement.name().toLowerCase(Locale.ROOT)),
                named("tint", Background.Tint.values(), tint -> tint.name().toLowerCase(Locale.ROOT).replace('_', ' ')),
                named("clutter", Background.Clutter.values(), clutter -> clutter.name().toLowerCase(Locale.ROOT)));
    }

    public static List<Attribute> ofObjects() {
        return List.of(named("shape", SceneShape.values(), SceneShape::label), named("colour", SceneColour.values(), SceneColour::label),
                named("texture", Texture.values(), texture -> texture == Texture.PLAIN ? "" : texture.adjective()),
                new Attribute("unusual", List.of("", "unusual")), alike("alike by shape", i -> ""), alike("alike by colour", i -> ""),
                alike("alike by colour and shape", i -> NumberWords.of(i + 1)), alike("alike by texture and shape", i -> ""));
    }

    /** By shape, colour, colour and shape, texture and shape, as questions ask; of a single one too, or "one" and "zero" could not be told apart. */
    public static List<Tally> tallies() {
        int number = UNUSUAL + 3;
        return Stream.of(ALIKE_BY).map(by -> new Tally(Arrays.stream(by).boxed().toList(), number, 1)).toList();
    }

    public static List<Attribute> ofParts() {
        return List.of(new Attribute("part", Stream.concat(Stream.of(""), Stream.of(SmallPart.Form.values()).map(form -> "small " + form.label())).toList()),
                named("colour of part", SceneColour.values(), SceneColour::label));
    }

    private static <T> Attribute named(String name, T[] values, Function<T, String> word) {
        return new Attribute(name, Stream.of(values).map(word).toList());
    }

    /** Only one of them has words: the numbers of several in one vector could not be told apart. */
    private static Attribute alike(String name, IntFunction<String> word) {
        return new Attribute(name, IntStream.range(0, MOST_ALIKE).mapToObj(word).toList());
    }

    /** The scene that {@code render-scenes} writes under this number. */
    public static LabelledScene scene(SceneSplit split, long seed, int index) {
        return scene(split, seed, index, 0);
    }

    /** @param furtherCounting so many more questions for a number */
    private static LabelledScene scene(SceneSplit split, long seed, int index, int furtherCounting) {
        RenderedScene rendered = new SceneSet(split, seed).scene(index);
        Scene scene = rendered.scene();
        Optional<SceneObject> odd = OddOne.in(scene);
        List<Labelled> objects = scene.objects().stream().map(object -> labelled(scene, object, odd)).toList();
        int[] values = {scene.arrangement().ordinal(), scene.background().tint().ordinal(), scene.background().clutter().ordinal()};
        List<SceneQuestion> further = new SceneQuestions(SceneWording.of(split), split.random(seed + 1, index))
                .furtherCounting(scene, rendered.questions(), furtherCounting);
        return new LabelledScene(pixels(rendered.picture()), values, objects, Stream.concat(rendered.questions().stream(), further.stream()).toList(),
                rendered.description());
    }

    /** Those of the numbers {@code from} to {@code to} - 1. */
    public static List<LabelledScene> scenes(SceneSplit split, long seed, int from, int to) {
        return scenes(split, seed, from, to, 0);
    }

    /** @param furtherCounting so many more questions for a number, of each */
    public static List<LabelledScene> scenes(SceneSplit split, long seed, int from, int to, int furtherCounting) {
        return IntStream.range(from, to).mapToObj(index -> scene(split, seed, index, furtherCounting)).toList();
    }

    private static Labelled labelled(Scene scene, SceneObject object, Optional<SceneObject> odd) {
        Look look = object.look();
        int unusual = odd.map(found -> found == object ? 1 : 0).orElse(LabelledScene.NO_VALUE);
        int[] values = {look.shape().ordinal(), look.colour().ordinal(), look.texture().ordinal(), unusual, alike(scene, Descriptor.of(look.shape())),
            alike(scene, Descriptor.of(look.colour())), alike(scene, Descriptor.of(look.colour(), look.shape())),
            alike(scene, Descriptor.of(look.texture(), look.shape()))};
        int[] part = object.part().map(small -> new int[] {small.form().ordinal() + 1, small.colour().ordinal()}).orElse(new int[] {0, LabelledScene.NO_VALUE});
        return new Labelled(object.x(), object.y(), values, part);
    }

    private static int alike(Scene scene, Descriptor descriptor) {
        return (int) Math.min(MOST_ALIKE, scene.count(descriptor)) - 1;
    }

    /**
     * Objects that never stood together, as if they did: how many are alike is counted anew, and nothing is said about which one is unusual.
     *
     * @param objects of any scenes
     */
    public static List<Labelled> together(List<Labelled> objects) {
        return objects.stream().map(object -> {
            int[] values = object.values().clone();
            values[UNUSUAL] = LabelledScene.NO_VALUE;
            for (int i = 0; i < ALIKE_BY.length; i++) {
                int[] by = ALIKE_BY[i];
                long alike = objects.stream().filter(other -> Arrays.stream(by).allMatch(at -> other.values()[at] == object.values()[at])).count();
                values[UNUSUAL + 1 + i] = (int) Math.min(MOST_ALIKE, alike) - 1;
            }
            return new Labelled(object.x(), object.y(), values, object.part());
        }).toList();
    }

    private static RgbPicture pixels(BufferedImage image) {
        byte[] rgb = new byte[image.getWidth() * image.getHeight() * RgbPicture.CHANNELS];
        int at = 0;
        for (int pixel : image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth())) {
            rgb[at++] = (byte) (pixel >> 16);
            rgb[at++] = (byte) (pixel >> 8);
            rgb[at++] = (byte) pixel;
        }
        return new RgbPicture(image.getWidth(), image.getHeight(), rgb);
    }
}
