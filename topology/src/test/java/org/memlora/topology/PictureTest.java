package org.memlora.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.memlora.models.testing.ScriptedLanguageModel.promptText;
import static org.memlora.models.testing.ScriptedVisionModel.said;
import static org.memlora.topology.Events.event;
import static org.memlora.topology.Events.forget;
import static org.memlora.topology.Events.lastTurn;
import static org.memlora.topology.Events.question;

import java.awt.Color;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.memlora.models.Completion;
import org.memlora.models.PictureRequest;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AnswerStatus;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.MemoryRecord;
import org.memlora.schemas.Picture;
import org.memlora.schemas.PictureLink;
import org.memlora.schemas.Question;
import org.memlora.schemas.StageUsage;
import org.memlora.schemas.Turn;
import org.memlora.topology.flow.Names;
import org.memlora.topology.vision.PictureServer;

/** Pictures from the event to a memory, to an answer and away again; the vision expert is scripted, the files are real. */
class PictureTest {

    private static final byte[] RED = PictureFiles.png(Color.RED);
    private static final byte[] BLUE = PictureFiles.png(Color.BLUE);

    private final PictureServer server = new PictureServer();
    private TestPipeline pipeline;

    @AfterEach
    void close() {
        pipeline.close();
        server.close();
    }

    private TestPipeline seeing(Object... settings) {
        pipeline = TestPipeline.seeing(PictureTest::see, settings);
        return pipeline;
    }

    /** "a red car" for one picture, "a blue boat" for the other; their colour when asked for anything. */
    private static Completion see(PictureRequest request) {
        boolean red = Arrays.equals(request.picture(), RED);
        boolean asksForDescription = promptText(request.request()).contains("What does the picture show?");
        return said(asksForDescription ? red ? "a red car" : "a blue boat" : red ? "red" : "blue");
    }

    private static Picture bytes(byte[] file, String caption) {
        return new Picture(ByteBuffer.wrap(file), null, "image/png", caption);
    }

    private Picture at(String path) {
        return new Picture(null, server.uri(path), "image/png", null);
    }

    private static ConversationEvent shows(String bank, String id, long minute, String text, Picture picture) {
        return event(bank, id, Events.at(minute), new Turn("Ann", text, picture, true));
    }

    private static ConversationEvent asks(String bank, String id, long minute, String text, Picture picture) {
        return event(bank, id, Events.at(minute), new Question(text, picture));
    }

    private int looks() {
        return pipeline.eyes.orElseThrow().looks().stream().mapToInt(List::size).sum();
    }

    private Answer onlyAnswer() {
        List<Answer> answers = pipeline.answers();
        assertThat(answers).hasSize(1);
        return answers.get(0);
    }

    @Test
    void shouldRememberWhatAPictureShowsWithALinkToIt() throws Exception {
        seeing().send(shows("b1", "e1", 0, "Look!", bytes(RED, null)), question("b1", "q1", 1, "When did Ann show a car?")).flush();

        PictureLink link = new PictureLink(DigestUtils.sha256Hex(RED), null);
        assertThat(pipeline.memories("b1")).singleElement().satisfies(memory -> {
            assertThat(memory.getText()).contains("a red car");
            assertThat(memory.getValidFrom()).isEqualTo(Events.at(0));
            assertThat(memory.getPicture()).isEqualTo(link);
        });
        assertThat(pipeline.operations()).singleElement().extracting(MemoryOperation::getPicture).isEqualTo(link);
        Answer answer = onlyAnswer();
        assertThat(answer.getExpert()).isEqualTo("generation");
        assertThat(answer.getReason()).isNull();
        assertThat(answer.getUsage()).extracting(StageUsage::getStage).containsExactly("extraction", "update", "generation", "vision");
        assertThat(pipeline.deadLetters()).isEmpty();
        assertThat(pipeline.entries(Names.PICTURES_STORE)).anySatisfy(entry -> assertThat((byte[]) entry.value).isEqualTo(RED));
    }

    @Test
    void shouldKeepTheCaptionBesideWhatIsSeen() {
        seeing().send(shows("b1", "e1", 0, "", bytes(RED, "my dear Otto"))).flush();

        assertThat(pipeline.requests("extraction")).singleElement().asString().contains("[shares a picture: my dear Otto; a red car]");
    }

    @Test
    void shouldAnswerAQuestionAboutThePictureInHand() {
        seeing().send(lastTurn("b1", "e1", 0, "Ann", "Milo is a cat"), asks("b1", "q1", 1, "Which colour is it?", bytes(BLUE, null)),
                asks("empty", "q1", 1, "Which colour is it?", bytes(RED, null))).flush();

        assertThat(pipeline.answers()).allSatisfy(answer -> {
            assertThat(answer.getStatus()).isEqualTo(AnswerStatus.ANSWERED);
            assertThat(answer.getExpert()).isEqualTo("vision");
            assertThat(answer.getMemories()).isEmpty();
            assertThat(answer.getReason()).isNull();
        }).extracting(Answer::getText).containsExactlyInAnyOrder("blue", "red");
        assertThat(pipeline.requests("generation")).isEmpty();
        assertThat(pipeline.entries(Names.PICTURES_STORE)).as("what is only asked about is not remembered").isEmpty();
    }

    @Test
    void shouldLookAgainAtAPictureSharedEarlier() {
        seeing().send(shows("b1", "e1", 0, "My new one!", bytes(RED, null)), lastTurn("b1", "e2", 1, "Ann", "Milo is a cat"),
                shows("other", "e1", 0, "Mine!", bytes(BLUE, null))).flush();
        pipeline.send(question("b1", "q1", 500, "What colour is the car in the picture that Ann shared?")).flush();

        Answer answer = onlyAnswer();
        assertThat(answer.getText()).isEqualTo("red");
        assertThat(answer.getExpert()).isEqualTo("vision");
        assertThat(answer.getMemories()).singleElement().satisfies(memory -> assertThat(memory.getText()).contains("a red car"));
        assertThat(answer.getUsage()).extracting(StageUsage::getStage).containsExactly("vision");
        assertThat(pipeline.requests("generation")).isEmpty();
    }

    @Test
    void shouldLeaveToTheTextExpertWhatMemoriesTell() {
        seeing().send(shows("b1", "e1", 0, "My new one!", bytes(RED, null)), question("b1", "q1", 1, "When did Ann share the picture?"),
                question("b1", "q2", 1, "What does Ann drive?")).flush();

        assertThat(pipeline.answers()).extracting(Answer::getExpert).containsExactly("generation", "generation");
        assertThat(looks()).as("the description alone").isEqualTo(1);
    }

    @Test
    void shouldAnswerFromTheMemoriesWhatAPictureSharedEarlierDoesntTell() {
        pipeline = TestPipeline.seeing(request -> said(promptText(request.request()).contains("What does the picture show?") ? "a red car" : "Not visible."));
        pipeline.send(shows("b1", "e1", 0, "My new one!", bytes(RED, null)), question("b1", "q1", 500, "What make is the car in Ann's picture?")).flush();

        Answer answer = onlyAnswer();
        assertThat(answer.getStatus()).isEqualTo(AnswerStatus.ANSWERED);
        assertThat(answer.getExpert()).isEqualTo("generation");
        assertThat(answer.getText()).contains("a red car");
        assertThat(answer.getReason()).startsWith("NOT_VISIBLE: ");
    }

    @Test
    void shouldAnswerFromTheMemoriesWhenThePictureIsGone() {
        seeing(PipelineSettings.PICTURE_EXPIRY_MS, 1000).sendAt(Events.START.toEpochMilli(), shows("b1", "e1", 0, "My new one!", bytes(RED, null))).flush();

        pipeline.sendAt(Events.START.toEpochMilli() + 5000, question("b1", "q1", 1, "What colour is the car in Ann's picture?")).flush();

        Answer answer = onlyAnswer();
        assertThat(answer.getStatus()).isEqualTo(AnswerStatus.ANSWERED);
        assertThat(answer.getExpert()).isEqualTo("generation");
        assertThat(answer.getText()).contains("a red car");
        assertThat(answer.getReason()).startsWith("PICTURE_GONE: ").contains("picture.expiry.ms");
        assertThat(pipeline.entries(Names.PICTURES_STORE)).isEmpty();
        assertThat(pipeline.deadLetters()).isEmpty();
    }

    @Test
    void shouldKeepAFetchedPictureSoThatItNeedNotBeFetchedAgain() throws Exception {
        server.file("/car", RED);
        seeing(PipelineSettings.PICTURE_ALLOW_LOCAL, true).send(shows("b1", "e1", 0, "My new one!", at("/car"))).flush();
        server.forget("/car");
        pipeline.send(question("b1", "q1", 1, "What colour is the car in Ann's picture?")).flush();

        assertThat(onlyAnswer().getText()).isEqualTo("red");
        assertThat(server.requests()).hasSize(1);
        assertThat(pipeline.memories("b1")).singleElement().extracting(MemoryRecord::getPicture)
                .isEqualTo(new PictureLink(DigestUtils.sha256Hex(RED), server.uri("/car")));
    }

    /** Large ones stay where they are; the store holds nothing of them. */
    @Test
    void shouldFetchAgainWhatIsTooLargeToBeKept() {
        server.file("/car", RED);
        seeing(PipelineSettings.PICTURE_ALLOW_LOCAL, true, PipelineSettings.PICTURE_STORE_MAX_BYTES, RED.length - 1)
                .send(shows("b1", "e1", 0, "My new one!", at("/car"))).flush();
        assertThat(pipeline.entries(Names.PICTURES_STORE)).isEmpty();

        pipeline.send(question("b1", "q1", 1, "What colour is the car in Ann's picture?")).flush();
        assertThat(onlyAnswer().getText()).isEqualTo("red");

        server.forget("/car");
        server.file("/car", BLUE);
        pipeline.send(question("b1", "q2", 1, "What colour is the car in Ann's picture?")).flush();
        Answer changed = onlyAnswer();
        assertThat(changed.getExpert()).isEqualTo("generation");
        assertThat(changed.getReason()).startsWith("PICTURE_GONE: ").contains("another picture now");

        server.forget("/car");
        pipeline.send(question("b1", "q3", 1, "What colour is the car in Ann's picture?")).flush();
        Answer gone = onlyAnswer();
        assertThat(gone.getStatus()).isEqualTo(AnswerStatus.ANSWERED);
        assertThat(gone.getReason()).startsWith("PICTURE_UNREACHABLE: ");
        assertThat(pipeline.deadLetters()).isEmpty();
    }

    @Test
    void shouldKeepAPictureOncePerBank() {
        seeing().send(shows("b1", "e1", 0, "Look!", bytes(RED, null)), shows("b1", "e2", 1, "Once more!", bytes(RED, null)),
                shows("b2", "e1", 0, "Look!", bytes(RED, null))).flush();

        assertThat(pipeline.entries(Names.PICTURES_STORE)).filteredOn(entry -> Arrays.equals((byte[]) entry.value, RED)).hasSize(2);
    }

    @Test
    void shouldForgetPicturesWithTheirBank() {
        seeing().send(shows("b1", "e1", 0, "Look!", bytes(RED, null)), shows("b2", "e1", 0, "Look!", bytes(RED, null))).flush();
        assertThat(pipeline.tracesOf("b1")).anyMatch(trace -> trace.startsWith(Names.PICTURES_STORE));

        pipeline.send(forget("b1", "f", 2)).flush();

        assertThat(pipeline.tracesOf("b1")).isEmpty();
        assertThat(pipeline.entries(Names.PICTURES_STORE)).filteredOn(entry -> Arrays.equals((byte[]) entry.value, RED)).hasSize(1);
        pipeline.send(question("b2", "q1", 3, "What colour is the car in Ann's picture?"), question("b1", "q1", 3, "What colour is the picture?")).flush();
        assertThat(pipeline.answers()).extracting(Answer::getStatus).containsExactlyInAnyOrder(AnswerStatus.ANSWERED, AnswerStatus.NO_MEMORIES);
    }

    @Test
    void shouldForgetPicturesAlsoWithoutAVisionExpert() {
        seeing().send(shows("b1", "e1", 0, "Look!", bytes(RED, null))).flush();
        var kept = pipeline.entries(Names.PICTURES_STORE);
        pipeline.close();
        pipeline = new TestPipeline();
        kept.forEach(entry -> pipeline.driver.<org.apache.kafka.common.utils.Bytes, Object>getKeyValueStore(Names.PICTURES_STORE).put(entry.key, entry.value));

        pipeline.send(forget("b1", "f", 2)).flush();

        assertThat(pipeline.entries(Names.PICTURES_STORE)).isEmpty();
    }

    @Test
    void shouldTouchNoPictureWithoutAVisionExpert() {
        server.file("/car", RED);
        pipeline = new TestPipeline(PipelineSettings.PICTURE_ALLOW_LOCAL, true);
        Picture captioned = at("/car");
        captioned.setCaption("a car");
        pipeline.send(shows("b1", "e1", 0, "Look!", captioned), asks("b1", "q1", 1, "What colour is it?", at("/car")),
                question("b1", "q2", 1, "What colour is the car in the picture?")).flush();

        assertThat(server.requests()).isEmpty();
        assertThat(pipeline.entries(Names.PICTURES_STORE)).isEmpty();
        assertThat(pipeline.memories("b1")).singleElement().extracting(MemoryRecord::getPicture).isNull();
        assertThat(pipeline.answers()).extracting(Answer::getReason).satisfiesExactlyInAnyOrder(
                reason -> assertThat(reason).contains("NO_VISION_EXPERT"), reason -> assertThat(reason).isNull());
    }

    @Test
    void shouldFetchOnceHoweverOftenTheModelIsAsked() {
        server.file("/car", RED);
        AtomicInteger attempts = new AtomicInteger();
        pipeline = TestPipeline.seeing(request -> {
            if (attempts.incrementAndGet() <= 2) {
                throw new IllegalStateException("not yet");
            }
            return see(request);
        }, PipelineSettings.PICTURE_ALLOW_LOCAL, true);

        pipeline.send(shows("b1", "e1", 0, "Look!", at("/car"))).flush();

        assertThat(attempts).hasValue(3);
        assertThat(server.requests()).hasSize(1);
        assertThat(pipeline.memoryTexts("b1")).singleElement().asString().contains("a red car");
    }

    @Test
    void shouldGoOnWhenTheModelCantLook() {
        pipeline = TestPipeline.seeing(request -> {
            if (Arrays.equals(request.picture(), BLUE)) {
                throw new IllegalStateException("a bug");
            }
            return Completion.failed("no memory left");
        });
        pipeline.send(shows("b1", "e1", 0, "Look here!", bytes(RED, null)), shows("b1", "e2", 1, "", bytes(BLUE, "my boat")),
                shows("b1", "e3", 2, "", bytes(RED, null)), asks("b1", "q1", 3, "What is it?", bytes(RED, null)),
                question("b1", "q2", 4, "What colour is the boat in the picture?")).flush();

        assertThat(pipeline.deadLetters()).allSatisfy(letter -> {
            assertThat(letter.getStage()).isEqualTo("vision");
            assertThat(letter.getEvents()).hasSize(1);
        }).extracting(letter -> letter.getEventIds().get(0) + " " + letter.getReason()).containsExactlyInAnyOrder(
                "e1 MODEL_FAILED: no memory left", "e2 OPERATOR_FAILED: a bug", "e3 MODEL_FAILED: no memory left",
                "q1 MODEL_FAILED: no memory left", "q2 OPERATOR_FAILED: a bug");
        assertThat(pipeline.memoryTexts("b1")).as("the texts, the caption, nothing of the turn that only showed").hasSize(2);
        List<Answer> answers = pipeline.answers();
        assertThat(answers).filteredOn(answer -> answer.getQuestionEventId().equals("q1")).singleElement().satisfies(answer -> {
            assertThat(answer.getStatus()).isEqualTo(AnswerStatus.FAILED);
            assertThat(answer.getReason()).startsWith("MODEL_FAILED");
        });
        assertThat(answers).filteredOn(answer -> answer.getQuestionEventId().equals("q2")).singleElement().satisfies(answer -> {
            assertThat(answer.getStatus()).isEqualTo(AnswerStatus.ANSWERED);
            assertThat(answer.getExpert()).isEqualTo("generation");
            assertThat(answer.getReason()).startsWith("OPERATOR_FAILED");
        });
    }

    /** What a replay after a fault builds, with other micro-batches, is what was there before it. */
    @Test
    void shouldMakeTheSameWhateverTheMicroBatch() {
        List<Object> one = outcome(1);

        assertThat(one).hasSize(9);
        assertThat(outcome(4)).isEqualTo(one);
        pipeline.close();
        assertThat(outcome(16)).isEqualTo(one);
    }

    private List<Object> outcome(int batchEvents) {
        if (pipeline != null && batchEvents == 4) {
            pipeline.close();
        }
        seeing(PipelineSettings.BATCH_EVENTS, batchEvents).send(shows("b1", "e1", 0, "Look!", bytes(RED, null)),
                shows("b2", "e1", 0, "Mine!", bytes(BLUE, "my boat")), shows("b1", "e2", 1, "", bytes(new byte[] {1}, null)),
                question("b1", "q1", 2, "What colour is the car in the picture?"), shows("b1", "e3", 3, "And this!", bytes(BLUE, null)),
                forget("b2", "f", 4), asks("b2", "q1", 5, "What colour is the boat in the picture?", null),
                question("b1", "q2", 6, "What colour is the boat in the picture?")).flush();
        List<Object> outcome = new java.util.ArrayList<>(pipeline.memories("b1"));
        outcome.add(pipeline.memories("b2").size());
        pipeline.answers().stream().map(answer -> answer.getBankId() + answer.getQuestionEventId() + answer.getText() + answer.getReason()).sorted()
                .forEach(outcome::add);
        pipeline.deadLetters().forEach(letter -> outcome.add(letter.getReason() + letter.getEventIds()));
        outcome.add(pipeline.tracesOf("b2"));
        outcome.add(pipeline.entries(Names.PICTURES_STORE).size());
        return outcome;
    }

    /** More than are held in memory at once, in one micro-batch, each to its own turn. */
    @Test
    void shouldSeeManyPicturesAFewAtATime() {
        byte[][] files = new byte[20][];
        for (int i = 0; i < files.length; i++) {
            files[i] = PictureFiles.png(new Color(10 * i, 0, 0));
        }
        pipeline = TestPipeline.seeing(request -> {
            for (int i = 0; i < files.length; i++) {
                if (Arrays.equals(request.picture(), files[i])) {
                    return said("thing" + i);
                }
            }
            throw new AssertionError("a picture that nobody sent");
        }, PipelineSettings.BATCH_EVENTS, 20);
        for (int i = 0; i < files.length; i++) {
            pipeline.send(event("b" + i % 3, "e" + i, Events.at(i), new Turn("Ann", "turn" + i + ".", bytes(files[i], null), false)));
        }
        for (int bank = 0; bank < 3; bank++) {
            pipeline.send(question("b" + bank, "q", 100, "Who?"));
        }
        pipeline.flush();

        assertThat(pipeline.requests("extraction")).hasSizeGreaterThan(9);
        assertThat(pipeline.requests("extraction").stream().flatMap(String::lines).filter(line -> line.startsWith("Ann:")).toList()).hasSize(20)
                .allSatisfy(line -> assertThat(line).matches("Ann: turn(\\d+)\\. \\[shares a picture: thing\\1\\]"));
        assertThat(pipeline.eyes.orElseThrow().looks()).allSatisfy(requests -> assertThat(requests).hasSizeLessThanOrEqualTo(8));
    }
}
