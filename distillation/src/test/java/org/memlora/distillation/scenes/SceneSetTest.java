package org.memlora.distillation.scenes;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is asked and told is checked against the pixels and the scene by ways of its own, not by those that made it. */
class SceneSetTest {
    private static final long SEED = 11;
    private static final int COUNT = 120;
    private static final List<String> NUMBERS = List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine");
    private static final List<String> TEXTURES = List.of("plain", "striped", "dotted", "checked");
    private static final Pattern PART = Pattern.compile("small (dot|square|triangle) on the ((?:\\w+ )*\\w+?)(?: have|: what is its colour)?[?.]");
    private static final Map<SceneSplit, List<RenderedScene>> SCENES = new EnumMap<>(SceneSplit.class);

    @BeforeAll
    static void renderScenes() {
        for (SceneSplit split : SceneSplit.values()) {
            SceneSet set = new SceneSet(split, SEED);
            SCENES.put(split, IntStream.range(0, COUNT).mapToObj(set::scene).toList());
        }
    }

    @Test
    void theSameSeedGivesTheSamePixelsQuestionsAndDescriptions() {
        long first = checksum(SCENES.get(SceneSplit.TRAIN).subList(0, 20));
        assertThat(checksum(again(SceneSplit.TRAIN, SEED))).isEqualTo(first);
        assertThat(checksum(again(SceneSplit.TRAIN, SEED + 1))).isNotEqualTo(first);
        assertThat(checksum(again(SceneSplit.VALIDATION, SEED))).isNotEqualTo(first);
    }

    private static List<RenderedScene> again(SceneSplit split, long seed) {
        SceneSet set = new SceneSet(split, seed);
        return IntStream.range(0, 20).mapToObj(set::scene).toList();
    }

    private static long checksum(List<RenderedScene> scenes) {
        CRC32 checksum = new CRC32();
        for (RenderedScene scene : scenes) {
            for (int pixel : pixels(scene.picture())) {
                checksum.update(pixel >> 16);
                checksum.update(pixel >> 8);
                checksum.update(pixel);
            }
            checksum.update((scene.questions() + scene.description()).getBytes(StandardCharsets.UTF_8));
        }
        return checksum.getValue();
    }

    private static int[] pixels(BufferedImage picture) {
        return picture.getRGB(0, 0, Scene.SIZE, Scene.SIZE, null, 0, Scene.SIZE);
    }

    @ParameterizedTest
    @EnumSource
    void everyObjectIsVisibleEnoughAndEveryPartInFull(SceneSplit split) {
        double least = 1;
        for (RenderedScene rendered : SCENES.get(split)) {
            List<SceneObject> objects = rendered.scene().objects();
            IdBuffer together = IdBuffer.of(objects);
            Map<Integer, Integer> shown = pixels(together);
            for (int i = 0; i < objects.size(); i++) {
                Map<Integer, Integer> alone = pixels(IdBuffer.of(List.of(objects.get(i))));
                int whole = alone.get(IdBuffer.id(0)) + alone.getOrDefault(IdBuffer.partId(0), 0);
                int part = shown.getOrDefault(IdBuffer.partId(i), 0);
                double visible = (shown.get(IdBuffer.id(i)) + part) / (double) whole;
                least = Math.min(least, visible);
                assertThat(visible).as(rendered.description()).isGreaterThanOrEqualTo(SceneComposer.LEAST_VISIBLE);
                assertThat(together.visibleShare(i)).isEqualTo(visible);
                assertThat(part).isEqualTo(alone.getOrDefault(IdBuffer.partId(0), 0)).isEqualTo(together.partPixels(i));
                assertThat(whole).isGreaterThan(400);
                objects.get(i).part().ifPresent(small -> assertThat(part).isGreaterThan(35));
            }
        }
        assertThat(least).as("objects do cover each other").isLessThan(0.9);
    }

    /** Number of pixels by what they show. */
    private static Map<Integer, Integer> pixels(IdBuffer ids) {
        Map<Integer, Integer> counts = new HashMap<>();
        IntStream.range(0, Scene.SIZE * Scene.SIZE).map(i -> ids.at(i % Scene.SIZE, i / Scene.SIZE)).filter(id -> id != IdBuffer.NOTHING)
                .forEach(id -> counts.merge(id, 1, Integer::sum));
        return counts;
    }

    @ParameterizedTest
    @EnumSource
    void countsAreThoseOfThePicture(SceneSplit split) {
        for (RenderedScene rendered : SCENES.get(split)) {
            for (SceneQuestion question : of(rendered, QuestionKind.COUNTING)) {
                IdBuffer ids = IdBuffer.of(rendered.scene().objects());
                long count = IntStream.range(0, rendered.scene().objects().size())
                        .filter(i -> isNamed(question.question(), rendered.scene().objects().get(i).look(), seenColour(rendered, ids, IdBuffer.id(i)))).count();
                assertThat(question.answer()).as(question.question() + " " + rendered.description()).isEqualTo(NUMBERS.get((int) count));
            }
        }
    }

    private static List<SceneQuestion> of(RenderedScene rendered, QuestionKind kind) {
        return rendered.questions().stream().filter(question -> question.kind() == kind).toList();
    }

    /** Each feature that the words name must be the object's. */
    private static boolean isNamed(String words, Look look, SceneColour seen) {
        Set<String> said = Set.copyOf(List.of(words.toLowerCase(Locale.ROOT).replaceAll("[^a-z ]", "").split(" ")));
        boolean colour = Stream.of(SceneColour.values()).map(SceneColour::label).noneMatch(said::contains) || said.contains(seen.label());
        boolean texture = TEXTURES.stream().noneMatch(said::contains) || said.contains(TEXTURES.get(look.texture().ordinal()));
        boolean shape = said.contains("objects") || said.contains(look.shape().label()) || said.contains(look.shape().plural());
        return colour && texture && shape;
    }

    /** The name of most of the pixels that show it. */
    private static SceneColour seenColour(RenderedScene rendered, IdBuffer ids, int id) {
        Map<SceneColour, Long> seen = IntStream.range(0, Scene.SIZE * Scene.SIZE).filter(i -> ids.at(i % Scene.SIZE, i / Scene.SIZE) == id)
                .mapToObj(i -> SceneColour.nearest(rendered.picture().getRGB(i % Scene.SIZE, i / Scene.SIZE)))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        return seen.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
    }

    @ParameterizedTest
    @EnumSource
    void theColourAnsweredIsThatOfThePart(SceneSplit split) {
        int asked = 0;
        for (RenderedScene rendered : SCENES.get(split)) {
            for (SceneQuestion question : of(rendered, QuestionKind.COLOUR)) {
                Matcher words = PART.matcher(question.question());
                assertThat(words.find()).as(question.question()).isTrue();
                List<SceneObject> carriers = rendered.scene().objects().stream()
                        .filter(object -> isNamed(words.group(2), object.look(), object.look().colour())).toList();
                assertThat(carriers).as(question.question() + " " + rendered.description()).hasSize(1);
                SmallPart part = carriers.get(0).part().orElseThrow();
                assertThat(part.form().label()).isEqualTo(words.group(1));
                for (int dy = -2; dy <= 2; dy++) {
                    for (int dx = -1; dx <= 1; dx++) {   // its middle: the rim is smoothed
                        int pixel = rendered.picture().getRGB((int) part.x() + dx, (int) part.y() + dy);
                        assertThat(SceneColour.nearest(pixel).label()).as(question.question()).isEqualTo(question.answer());
                    }
                }
                asked++;
            }
        }
        assertThat(asked).isGreaterThan(COUNT / 2);
    }

    @ParameterizedTest
    @EnumSource
    void theUnusualObjectAloneDiffers(SceneSplit split) {
        int asked = 0;
        for (RenderedScene rendered : SCENES.get(split)) {
            for (SceneQuestion question : of(rendered, QuestionKind.UNUSUAL)) {
                List<Look> looks = rendered.scene().objects().stream().map(SceneObject::look).toList();
                List<Look> odd = looks.stream().filter(look -> Stream.<Function<Look, Object>>of(Look::shape, Look::colour, Look::texture)
                        .anyMatch(feature -> differs(looks, look, feature))).toList();
                assertThat(odd).extracting(look -> look.shape().label()).as(rendered.description()).containsExactly(question.answer());
                assertThat(looks.stream().filter(look -> look.shape().label().equals(question.answer()))).hasSize(1);
                asked++;
            }
        }
        assertThat(asked).isEqualTo(COUNT / 2);
    }

    private static boolean differs(List<Look> looks, Look one, Function<Look, Object> feature) {
        List<Object> others = looks.stream().filter(look -> look != one).map(feature).toList();
        return !others.contains(feature.apply(one)) && others.stream().allMatch(value -> others.stream().filter(value::equals).count() >= 2);
    }

    @Test
    void heldOutCombinationsAreInTheTestOnly() {
        for (SceneSplit split : List.of(SceneSplit.TRAIN, SceneSplit.VALIDATION)) {
            assertThat(looks(split)).noneMatch(Look::isHeldOut);
        }
        assertThat(SCENES.get(SceneSplit.TEST)).allMatch(rendered -> rendered.scene().objects().stream().anyMatch(object -> object.look().isHeldOut()));
        assertThat(Look.ALL.stream().filter(Look::isHeldOut).count() / (double) Look.ALL.size()).isBetween(0.13, 0.16);
        List<Look> trained = Look.ALL.stream().filter(look -> !look.isHeldOut()).toList();
        for (Look look : Look.ALL) {
            assertThat(trained).anyMatch(other -> other.shape() == look.shape() && other.colour() == look.colour());
            assertThat(trained).anyMatch(other -> other.shape() == look.shape() && other.texture() == look.texture());
            assertThat(trained).anyMatch(other -> other.colour() == look.colour() && other.texture() == look.texture());
        }
    }

    private static List<Look> looks(SceneSplit split) {
        return SCENES.get(split).stream().flatMap(rendered -> rendered.scene().objects().stream()).map(SceneObject::look).toList();
    }

    @Test
    void theTestAsksInWordsOfItsOwnAndNoSceneIsInTwoSplits() {
        assertThat(frames(SceneSplit.TRAIN)).hasSizeGreaterThan(8).doesNotContainAnyElementsOf(frames(SceneSplit.TEST));
        assertThat(frames(SceneSplit.VALIDATION)).isSubsetOf(frames(SceneSplit.TRAIN));
        assertThat(SCENES.values().stream().flatMap(List::stream).map(rendered -> Arrays.hashCode(pixels(rendered.picture()))).distinct()).hasSize(3 * COUNT);
    }

    /** Questions without the names of things. */
    private static Set<String> frames(SceneSplit split) {
        Set<String> names = new HashSet<>(TEXTURES);
        Stream.of(SceneColour.values()).forEach(colour -> names.add(colour.label()));
        Stream.of(SceneShape.values()).forEach(shape -> names.addAll(List.of(shape.label(), shape.plural())));
        names.addAll(List.of("dot", "objects"));
        return SCENES.get(split).stream().flatMap(rendered -> rendered.questions().stream())
                .map(question -> Stream.of(question.question().split("(?=\\W)|(?<=\\W)")).map(word -> names.contains(word) ? "_" : word)
                        .collect(Collectors.joining()).replaceAll("_( _)*", "_")).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @EnumSource
    void noAnswerIsRightInMoreThanAThirdOfAKind(SceneSplit split) {
        AnswerShares shares = new AnswerShares();
        SCENES.get(split).forEach(rendered -> rendered.questions().forEach(shares::add));
        for (QuestionKind kind : QuestionKind.values()) {
            assertThat(shares.questions(kind)).isGreaterThanOrEqualTo(COUNT / 2);
            assertThat(shares.majority(kind).orElseThrow().share()).as(kind + " " + shares.answers(kind)).isLessThan(1 / 3.0);
            assertThat(shares.answers(kind).keySet()).allMatch(answer -> answer.matches("[a-z]+"));
        }
        assertThat(shares.answers(QuestionKind.COUNTING).keySet()).containsExactlyInAnyOrderElementsOf(NUMBERS.subList(0, 7));
    }

    @ParameterizedTest
    @EnumSource
    void descriptionsTellEveryObject(SceneSplit split) {
        for (RenderedScene rendered : SCENES.get(split)) {
            String objects = rendered.description().replaceAll(" on an? .*", "").replaceAll(",? ?(each )?with a small \\w+ \\w+", "");
            int told = Stream.of(objects.split(" ")).mapToInt(word -> word.matches("an?") ? 1 : Math.max(0, NUMBERS.indexOf(word))).sum();
            int arranged = objects.matches(".* in a (row|grid|circle).*") ? 1 : 0;
            assertThat(told - arranged).as(rendered.description()).isEqualTo(rendered.scene().objects().size());
            rendered.scene().objects().forEach(object -> assertThat(rendered.description()).contains(object.look().colour().label()));
        }
    }
}
