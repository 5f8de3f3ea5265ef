package org.memlora.distillation.scenes;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SceneQuestionsTest {
    private static final Look STAR = new Look(SceneShape.STAR, SceneColour.RED, Texture.PLAIN);
    private static final Look STRIPED_STAR = new Look(SceneShape.STAR, SceneColour.RED, Texture.STRIPES);
    private static final Look SQUARE = new Look(SceneShape.SQUARE, SceneColour.BLUE, Texture.PLAIN);
    private static final Look HOUSE = new Look(SceneShape.HOUSE, SceneColour.RED, Texture.PLAIN);
    private static final SmallPart GREEN_DOT = new SmallPart(SmallPart.Form.DOT, SceneColour.GREEN, Color.GREEN, 0, 0, 6);

    private final SceneQuestions questions = new SceneQuestions(SceneWording.HELD_OUT, new SplittableRandom(1));

    private static SceneObject object(Look look) {
        return new SceneObject(look, Color.RED, 0, 0, 30, 0, Optional.empty());
    }

    private static Scene scene(SceneObject... objects) {
        return new Scene(new Background(Background.Tint.BEIGE, Background.Clutter.STRIPES, 1), Scene.Arrangement.SCATTERED, List.of(objects));
    }

    private static Scene scene(Look... looks) {
        return scene(Stream.of(looks).map(SceneQuestionsTest::object).toArray(SceneObject[]::new));
    }

    @Test
    void describesWhatIsThere() {
        assertThat(SceneDescription.of(scene(object(SQUARE).with(GREEN_DOT), object(STAR), object(STAR), object(STRIPED_STAR), object(STAR))))
                .isEqualTo("three red stars, a blue square with a small green dot and a striped red star on a beige background with faint stripes");
        SceneObject[] row = {object(STAR).with(GREEN_DOT), object(STAR).with(GREEN_DOT), object(SQUARE).with(GREEN_DOT)};
        Background grey = new Background(Background.Tint.DARK_GREY, Background.Clutter.NOTHING, 1);
        assertThat(SceneDescription.of(new Scene(grey, Scene.Arrangement.ROW, List.of(row))))
                .isEqualTo("two red stars and a blue square, each with a small green dot, in a row on a dark grey background");
    }

    @Test
    void countsByWhatIsNamed() {
        Scene scene = scene(STAR, STRIPED_STAR, SQUARE, HOUSE);
        assertThat(questions.counting(scene, Descriptor.of(SceneShape.STAR)).orElseThrow().answer()).isEqualTo("two");
        assertThat(questions.counting(scene, Descriptor.of(SceneColour.RED)).orElseThrow().answer()).isEqualTo("three");
        assertThat(questions.counting(scene, Descriptor.of(SceneColour.BLUE, SceneShape.STAR)).orElseThrow().answer()).isEqualTo("zero");
        assertThat(questions.counting(scene, Descriptor.of(Texture.STRIPES, SceneShape.STAR)).orElseThrow().answer()).isEqualTo("one");
        assertThat(questions.counting(scene(IntStream.range(0, 7).mapToObj(i -> STAR).toArray(Look[]::new)), Descriptor.of(SceneShape.STAR))).isEmpty();
    }

    @Test
    void doesNotCountWhatASmallPartCouldBeTakenFor() {
        Scene scene = scene(object(SQUARE).with(GREEN_DOT), object(STAR));
        assertThat(questions.counting(scene, Descriptor.of(SceneColour.GREEN))).isEmpty();
        assertThat(questions.counting(scene, Descriptor.of(SceneColour.RED, SceneShape.CIRCLE))).isEmpty();
        assertThat(questions.counting(scene, Descriptor.of(Texture.PLAIN, SceneShape.SQUARE))).isEmpty();
        assertThat(questions.counting(scene, Descriptor.of(Texture.DOTS, SceneShape.SQUARE))).isEmpty();
        assertThat(questions.counting(scene, Descriptor.of(SceneColour.GREEN, SceneShape.STAR))).isPresent();
    }

    @Test
    void asksForAColourOnlyWhereTheCarrierCanBeNamed() {
        assertThat(questions.colour(scene(object(SQUARE).with(GREEN_DOT), object(STAR)))).hasValueSatisfying(asked -> {
            assertThat(asked.answer()).isEqualTo("green");
            assertThat(asked.question()).contains("small dot on the ").contains("square");
        });
        assertThat(questions.colour(scene(object(SQUARE).with(GREEN_DOT), object(SQUARE)))).isEmpty();
        assertThat(questions.colour(scene(SQUARE, STAR))).isEmpty();
    }

    @Test
    void nothingIsUnusualWhereTwoStandOutOrNone() {
        assertThat(questions.unusual(scene(STAR, STAR, SQUARE, STAR)).orElseThrow().answer()).isEqualTo("square");
        assertThat(questions.unusual(scene(STAR, STAR, STRIPED_STAR, STAR))).as("all are called star").isEmpty();
        assertThat(questions.unusual(scene(STAR, STAR, SQUARE, SQUARE))).isEmpty();
        assertThat(questions.unusual(scene(STAR, STAR, STRIPED_STAR, HOUSE))).isEmpty();
        assertThat(questions.unusual(scene(STAR, SQUARE, STAR))).isEmpty();
        assertThat(questions.unusual(scene(object(STAR), object(STAR).with(GREEN_DOT), object(STAR), object(SQUARE)))).isEmpty();
    }
}
