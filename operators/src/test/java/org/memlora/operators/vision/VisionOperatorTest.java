package org.memlora.operators.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.memlora.models.testing.ScriptedLanguageModel.promptText;
import static org.memlora.models.testing.ScriptedVisionModel.said;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.PictureRequest;
import org.memlora.models.picture.PictureLimits;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.models.testing.ScriptedVisionModel;
import org.memlora.operators.OperatorSettings;
import org.memlora.operators.Stage;
import org.memlora.operators.StageFailure;
import org.memlora.operators.generation.GeneratedAnswer;

class VisionOperatorTest {

    private static final byte[] ONE = {1};
    private static final byte[] TWO = {2};

    private ScriptedVisionModel model;

    private VisionOperator operator(Function<PictureRequest, Completion> sees, String... experts) {
        model = new ScriptedVisionModel(new ScriptedLanguageModel(experts), sees);
        return new VisionOperator(model, OperatorSettings.DEFAULT, new PictureLimits(10_000, 100));
    }

    private static byte[] png(int width, int height) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", file);
        return file.toByteArray();
    }

    @Test
    void shouldDescribeAllPicturesInOneCallInTheirOrder() {
        VisionOperator operator = operator(request -> request.picture() == ONE ? said(" a red car ") : said("two dogs"), "vision");

        List<PictureDescription> descriptions = operator.describe(List.of(new ShownPicture("b1", "e1", ONE), new ShownPicture("b2", "e2", TWO)));

        assertThat(descriptions).extracting(PictureDescription::text).containsExactly(Optional.of("a red car"), Optional.of("two dogs"));
        assertThat(descriptions).allSatisfy(description -> {
            assertThat(description.failures()).isEmpty();
            assertThat(description.usage().calls()).isEqualTo(1);
            assertThat(description.usage().promptTokens()).isEqualTo(70);
        });
        assertThat(model.looks()).singleElement().satisfies(requests -> {
            assertThat(requests).extracting(request -> request.request().expert()).containsOnly("vision");
            assertThat(requests).extracting(request -> request.request().tenant()).containsExactly("b1", "b2");
        });
    }

    @Test
    void shouldAnswerEachQuestionAboutItsPicture() {
        VisionOperator operator = operator(request -> said(promptText(request.request()).contains("How many") ? "2" : "red"), "vision");

        List<GeneratedAnswer> answers = operator.answer(List.of(new PictureQuestion("b", "q1", "How many\ndogs?", TWO),
                new PictureQuestion("b", "q2", "What colour is the car?", ONE)));

        assertThat(answers).extracting(GeneratedAnswer::text).containsExactly(Optional.of("2"), Optional.of("red"));
        assertThat(answers).extracting(GeneratedAnswer::questionEventId).containsExactly("q1", "q2");
        assertThat(answers).extracting(GeneratedAnswer::expert).containsOnly("vision");
        assertThat(model.looks().get(0)).extracting(PictureRequest::picture).containsExactly(TWO, ONE);
        assertThat(promptText(model.looks().get(0).get(0).request())).endsWith("How many dogs?");
    }

    @Test
    void shouldUseTheShortPromptsWithTheExpertAndTheLongOnesWithTheBase() {
        operator(request -> said("x"), "vision").describe(List.of(new ShownPicture("b", "e", ONE)));
        String withExpert = promptText(model.looks().get(0).get(0).request());
        VisionOperator base = operator(request -> said("x"), "generation");
        base.describe(List.of(new ShownPicture("b", "e", ONE)));

        assertThat(promptText(model.looks().get(0).get(0).request()).length()).isGreaterThan(2 * withExpert.length());
        assertThat(base.answer(List.of(new PictureQuestion("b", "q", "Which?", ONE))).get(0).expert()).isEqualTo("base");
    }

    @Test
    void shouldNameWhatFailed() {
        VisionOperator operator = operator(request -> request.picture() == ONE ? Completion.failed("no memory left")
                : said("a long tale of", FinishReason.LENGTH));

        List<PictureDescription> descriptions = operator.describe(List.of(new ShownPicture("b", "e1", ONE), new ShownPicture("b", "e2", TWO)));

        assertThat(descriptions.get(0).text()).isEmpty();
        assertThat(descriptions.get(0).failures()).containsExactly(new StageFailure(Stage.VISION, "MODEL_FAILED: no memory left", "", List.of("e1")));
        assertThat(descriptions.get(1).text()).contains("a long tale of");
        assertThat(descriptions.get(1).failures()).singleElement().satisfies(failure -> {
            assertThat(failure.reason()).startsWith("TOKEN_LIMIT: the description");
            assertThat(failure.rawText()).isEqualTo("a long tale of");
        });
        assertThat(operator.answer(List.of(new PictureQuestion("b", "q", "Which?", ONE))).get(0)).satisfies(answer -> {
            assertThat(answer.text()).isEmpty();
            assertThat(answer.failures()).singleElement().extracting(StageFailure::reason).isEqualTo("MODEL_FAILED: no memory left");
        });
    }

    @Test
    void shouldTakeSilenceForNoText() {
        assertThat(operator(request -> said("  ")).describe(List.of(new ShownPicture("b", "e", ONE))).get(0).text()).isEmpty();
    }

    @Test
    void shouldCallNoModelWithoutPictures() {
        VisionOperator operator = operator(request -> said("x"));

        assertThat(operator.describe(List.of())).isEmpty();
        assertThat(operator.answer(List.of())).isEmpty();
        assertThat(model.looks()).isEmpty();
    }

    @Test
    void shouldSayWhyAPictureCantBeUsed() throws IOException {
        VisionOperator operator = operator(request -> said("x"));
        byte[] good = png(10, 10);

        assertThat(operator.refusal(good)).isEmpty();
        assertThat(operator.refusal(new byte[0])).get().asString().startsWith("PICTURE_EMPTY: ");
        assertThat(operator.refusal(Arrays.copyOf(good, good.length - 5))).get().asString().startsWith("PICTURE_TRUNCATED: ");
        assertThat(operator.refusal(png(11, 10))).get().asString().startsWith("PICTURE_TOO_MANY_PIXELS: ");
        assertThat(operator.refusal("<svg/>".getBytes())).get().asString().startsWith("PICTURE_UNSUPPORTED_TYPE: ");
        assertThat(operator.refusal(new byte[10_001])).get().asString().startsWith("PICTURE_TOO_LARGE: ");
    }

    @Test
    void shouldFindDamageThatOnlyDecodingShows() throws IOException {
        byte[] damaged = png(10, 10);
        int data = new String(damaged, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("IDAT") + 4;
        Arrays.fill(damaged, data, data + 6, (byte) 0x55);

        assertThat(operator(request -> said("x")).refusal(damaged)).get().asString().startsWith("PICTURE_DAMAGED: ");
    }
}
