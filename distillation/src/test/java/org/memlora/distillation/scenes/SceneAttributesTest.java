package org.memlora.distillation.scenes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.memlora.distillation.scenes.LabelledScene.Labelled;

class SceneAttributesTest {
    private static final int SHAPE = 0;
    private static final int COLOUR = 1;
    private static final int UNUSUAL = 3;
    private static final int ALIKE_BY_SHAPE = 4;

    private static final List<LabelledScene> SCENES = IntStream.range(0, 60).mapToObj(i -> SceneAttributes.scene(SceneSplit.TRAIN, 3, i)).toList();

    private static String word(Labelled object, int attribute) {
        return SceneAttributes.ofObjects().get(attribute).words().get(object.values()[attribute]);
    }

    @Test
    void labelsAnswerTheQuestionsOfTheScene() {
        int unusual = 0;
        int counted = 0;
        for (LabelledScene scene : SCENES) {
            for (SceneQuestion question : scene.questions()) {
                if (question.kind() == QuestionKind.UNUSUAL) {
                    assertThat(scene.objects().stream().filter(object -> object.values()[UNUSUAL] == 1).map(object -> word(object, SHAPE)))
                            .containsExactly(question.answer());
                    unusual++;
                }
                for (Labelled object : scene.objects()) {
                    String plural = SceneShape.ALL.get(object.values()[SHAPE]).plural();
                    if (question.question().equals("How many " + plural + " are there?")) {
                        assertThat(NumberWords.of(object.values()[ALIKE_BY_SHAPE] + 1)).isEqualTo(question.answer());
                        counted++;
                    }
                }
            }
        }
        assertThat(unusual).isGreaterThan(20);
        assertThat(counted).isPositive();
    }

    @Test
    void furtherQuestionsAskForOtherNumbersOfTheSameScenes() {
        List<LabelledScene> asked = SceneAttributes.scenes(SceneSplit.TRAIN, 3, 0, 20, 3);
        int counted = 0;
        for (int i = 0; i < asked.size(); i++) {
            List<SceneQuestion> questions = asked.get(i).questions();
            assertThat(questions).startsWith(SCENES.get(i).questions().toArray(SceneQuestion[]::new)).hasSize(5).doesNotHaveDuplicates();
            for (SceneQuestion question : questions.subList(2, 5)) {
                assertThat(question.kind()).isEqualTo(QuestionKind.COUNTING);
                for (SceneShape shape : SceneShape.ALL) {
                    if (question.question().endsWith(" " + shape.plural() + " are there?") && question.question().split(" ").length == 5) {
                        long number = asked.get(i).objects().stream().filter(object -> object.values()[SHAPE] == shape.ordinal()).count();
                        assertThat(question.answer()).as(question.question()).isEqualTo(NumberWords.of(number));
                        counted++;
                    }
                }
            }
        }
        assertThat(counted).isPositive();
    }

    @Test
    void theMiddleOfAnObjectIsWhereItsColourIs() {
        int near = 0;
        int objects = 0;
        for (LabelledScene scene : SCENES) {
            for (Labelled object : scene.objects()) {
                int at = ((int) object.y() * SceneAttributes.SIDE + (int) object.x()) * 3;
                byte[] rgb = scene.picture().rgb();
                SceneColour seen = SceneColour.nearest((rgb[at] & 0xFF) << 16 | (rgb[at + 1] & 0xFF) << 8 | rgb[at + 2] & 0xFF);
                near += seen.label().equals(word(object, COLOUR)) ? 1 : 0;
                objects++;
            }
        }
        // parts, rings and second tones have others there
        assertThat((double) near / objects).isGreaterThan(0.5);
    }

    @Test
    void eachValueHasItsWordAndPartsHaveTheirs() {
        assertThat(SceneAttributes.ofObjects()).allSatisfy(attribute -> SCENES.forEach(scene -> scene.objects()
                .forEach(object -> assertThat(object.values()[SceneAttributes.ofObjects().indexOf(attribute)]).isLessThan(attribute.values()))));
        List<Labelled> carriers = SCENES.stream().flatMap(scene -> scene.objects().stream()).filter(object -> object.part()[0] > 0).toList();
        assertThat(carriers).isNotEmpty().allSatisfy(object -> assertThat(object.part()[1]).isBetween(0, 9));
        assertThat(SCENES.stream().flatMap(scene -> scene.objects().stream()).filter(object -> object.part()[0] == 0).toList())
                .isNotEmpty().allSatisfy(object -> assertThat(object.part()[1]).isEqualTo(LabelledScene.NO_VALUE));
    }

    @Test
    void objectsOfASceneArePutTogetherAsTheyWereAndFewerAreCountedAnew() {
        LabelledScene scene = SCENES.get(0);
        List<Labelled> same = SceneAttributes.together(scene.objects());
        for (int i = 0; i < same.size(); i++) {
            int[] expected = scene.objects().get(i).values().clone();
            expected[UNUSUAL] = LabelledScene.NO_VALUE;
            assertThat(same.get(i).values()).containsExactly(expected);
        }
        assertThat(SceneAttributes.together(List.of(scene.objects().get(0))).get(0).values()[ALIKE_BY_SHAPE]).isZero();
    }
}
