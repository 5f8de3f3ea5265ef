package org.memlora.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.memlora.models.testing.ScriptedVisionModel.said;
import static org.memlora.topology.Events.at;
import static org.memlora.topology.Events.event;
import static org.memlora.topology.Events.lastTurn;

import com.sun.management.ThreadMXBean;
import java.awt.Color;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.memlora.models.picture.PictureException;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AnswerStatus;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Picture;
import org.memlora.schemas.Question;
import org.memlora.schemas.Turn;
import org.memlora.topology.client.DeadLetterReason;
import org.memlora.topology.flow.Names;
import org.memlora.topology.vision.PictureServer;

/** Every kind of bad picture is a dead letter of its own name, in bounded memory and time; what else the turn says stays, and the stream goes on. */
class BadPictureTest {

    private static final byte[] GOOD = PictureFiles.png(Color.RED);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final PictureServer server = new PictureServer().file("/secret", GOOD)
            .on("/error", exchange -> exchange.sendResponseHeaders(500, -1)).on("/hangs", exchange -> sleep());
    private TestPipeline pipeline = TestPipeline.seeing(request -> said("a red square"),
            PipelineSettings.PICTURE_FETCH_TIMEOUT_MS, TIMEOUT.toMillis(), PipelineSettings.BATCH_EVENTS, 3);

    private static void sleep() {
        try {
            Thread.sleep(20_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void close() {
        pipeline.close();
        server.close();
    }

    static Stream<Arguments> bad() {
        byte[] jpeg = PictureFiles.fixture("baseline.jpg");
        return Stream.of(
                Arguments.of("PICTURE_EMPTY", bytes(new byte[0])),
                Arguments.of("PICTURE_TRUNCATED", bytes(Arrays.copyOf(GOOD, GOOD.length - 10))),
                Arguments.of("PICTURE_TRUNCATED", bytes(Arrays.copyOf(jpeg, jpeg.length / 2))),
                Arguments.of("PICTURE_UNSUPPORTED_TYPE", bytes(PictureFiles.fixture("animated.gif"))),
                Arguments.of("PICTURE_UNSUPPORTED_TYPE", bytes(PictureFiles.fixture("bitmap.bmp"))),
                Arguments.of("PICTURE_UNSUPPORTED_TYPE", bytes("<html>Not found</html>".getBytes(StandardCharsets.UTF_8))),
                Arguments.of("PICTURE_TOO_MANY_PIXELS", bytes(PictureFiles.png(10_000, 10_000, 0))),
                Arguments.of("PICTURE_TOO_MANY_PIXELS", bytes(PictureFiles.png(Integer.MAX_VALUE, Integer.MAX_VALUE, 0))),
                Arguments.of("PICTURE_DAMAGED", bytes(PictureFiles.png(4_000, 4_000, 100))),
                Arguments.of("PICTURE_ANIMATED", bytes(PictureFiles.fixture("animated.png"))),
                Arguments.of("PICTURE_ANIMATED", bytes(PictureFiles.fixture("animated.webp"))),
                Arguments.of("PICTURE_UNSUPPORTED_COLOURS", bytes(PictureFiles.fixture("cmyk.jpg"))),
                Arguments.of("PICTURE_MISSING", new Picture(null, null, "image/png", null)),
                Arguments.of("PICTURE_MISSING", new Picture(ByteBuffer.wrap(GOOD), "https://example.org/a.png", "image/png", null)),
                Arguments.of("PICTURE_URI_REFUSED", uri("http://localhost:PORT/secret")),
                Arguments.of("PICTURE_URI_REFUSED", uri("http://127.0.0.1:PORT/secret")),
                Arguments.of("PICTURE_URI_REFUSED", uri("http://169.254.169.254/latest/meta-data")),
                Arguments.of("PICTURE_URI_REFUSED", uri("http://[fd00::1]/a.png")),
                Arguments.of("PICTURE_URI_REFUSED", uri("file:///etc/passwd")),
                Arguments.of("PICTURE_URI_REFUSED", uri("about:blank")),
                Arguments.of("PICTURE_URI_REFUSED", uri("not a uri")),
                Arguments.of("PICTURE_UNREACHABLE", uri("http://no-such-host.invalid/a.png")));
    }

    private static Picture bytes(byte[] file) {
        return new Picture(ByteBuffer.wrap(file), null, "image/png", null);
    }

    private static Picture uri(String uri) {
        return new Picture(null, uri, "image/png", null);
    }

    private Picture here(Picture picture) {
        Picture here = Picture.newBuilder(picture).build();
        here.setUri(picture.getUri() == null ? null : picture.getUri().replace("PORT", String.valueOf(server.port())));
        return here;
    }

    @ParameterizedTest
    @MethodSource("bad")
    void shouldBeADeadLetterAndTheStreamGoesOn(String reason, Picture picture) {
        ConversationEvent speaks = event("b1", "e1", at(0), new Turn("Ann", "Milo sleeps", here(picture), true));
        ConversationEvent shows = event("b2", "e1", at(0), new Turn("Ben", "", here(picture), true));
        ConversationEvent asks = event("b2", "q1", at(1), new Question("What colour is it?", here(picture)));
        long start = System.nanoTime();
        pipeline.send(speaks, shows, asks).flush();
        Duration taken = Duration.ofNanos(System.nanoTime() - start);

        assertThat(taken).as("time of a micro-batch").isLessThan(TIMEOUT.multipliedBy(8));
        assertThat(pipeline.deadLetters()).hasSize(3).allSatisfy(letter -> {
            assertThat(letter.getStage()).isEqualTo("vision");
            assertThat(letter.getReason()).startsWith(reason + ": ").contains("expected");
            assertThat(DeadLetterReason.of(letter.getReason())).isNotEqualTo(DeadLetterReason.OTHER);
        }).satisfiesExactlyInAnyOrder(
                letter -> assertThat(letter.getEvents()).containsExactly(ByteBuffer.wrap(pipeline.bytes(speaks))),
                letter -> assertThat(letter.getEvents()).containsExactly(ByteBuffer.wrap(pipeline.bytes(shows))),
                letter -> assertThat(letter.getEvents()).containsExactly(ByteBuffer.wrap(pipeline.bytes(asks))));
        assertThat(pipeline.memoryTexts("b1")).singleElement().asString().contains("Milo sleeps").doesNotContain("picture");
        assertThat(pipeline.memories("b2")).isEmpty();
        assertThat(pipeline.answers()).singleElement().satisfies(answer -> {
            assertThat(answer.getStatus()).isEqualTo(AnswerStatus.FAILED);
            assertThat(answer.getReason()).startsWith(reason);
        });
        assertThat(pipeline.eyes.orElseThrow().looks()).isEmpty();
        assertThat(server.requests()).as("nothing was fetched from here").isEmpty();
        assertThat(pipeline.entries(Names.PICTURES_STORE)).isEmpty();

        pipeline.send(event("b1", "e2", at(2), new Turn("Ann", "Look!", bytes(GOOD), true)), lastTurn("b1", "e3", 3, "Ann", "Rex barks"),
                event("b2", "q2", at(4), new Question("What is it?", bytes(GOOD)))).flush();
        assertThat(pipeline.memories("b1")).hasSize(3);
        assertThat(pipeline.answers()).singleElement().extracting(Answer::getText).isEqualTo("a red square");
        assertThat(pipeline.deadLetters()).isEmpty();
    }

    @Test
    void shouldKeepTheOtherTurnOfTheExchange() {
        pipeline.send(event("b1", "e1", at(0), new Turn("Ben", "", bytes(new byte[0]), false)), Events.turn("b1", "e2", 1, "Ann", "Milo is a cat")).flush();

        assertThat(pipeline.deadLetters()).singleElement().satisfies(letter -> assertThat(letter.getEventIds()).containsExactly("e1"));
        assertThat(pipeline.memories("b1")).singleElement().satisfies(memory -> assertThat(memory.getSourceEventIds()).containsExactly("e2"));
    }

    @Test
    void shouldSayWhatAnAllowedServerDoes() {
        pipeline.close();
        pipeline = TestPipeline.seeing(request -> said("a red square"), PipelineSettings.PICTURE_FETCH_TIMEOUT_MS, 3_000,
                PipelineSettings.PICTURE_ALLOW_LOCAL, true, PipelineSettings.PICTURE_FETCH_MAX_BYTES, GOOD.length);
        server.file("/long", new byte[GOOD.length + 1]).redirect("/loop", "/loop");
        pipeline.send(Stream.of("/secret", "/error", "/hangs", "/long", "/loop").map(path -> event("b1", path, at(0),
                new Turn("Ann", "", uri(server.uri(path)), true))).toArray(ConversationEvent[]::new)).flush();

        assertThat(pipeline.deadLetters()).extracting(letter -> letter.getEventIds().get(0) + " " + letter.getReason().split(":")[0]).containsExactly(
                "/error PICTURE_UNREACHABLE", "/hangs PICTURE_UNREACHABLE", "/long PICTURE_TOO_LARGE", "/loop PICTURE_UNREACHABLE");
        assertThat(pipeline.memories("b1")).hasSize(1);
    }

    /** A small file that would inflate to 64 MB: nothing of it is read beyond the pixels that the header states. */
    @Test
    void shouldNotInflateADecompressionBomb() {
        byte[] bomb = PictureFiles.png(100, 100, 64 << 20);
        assertThat(bomb.length).isLessThan(100_000);
        pipeline.send(event("b1", "warm", at(0), new Turn("Ann", "", bytes(GOOD), true))).flush();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());

        pipeline.send(event("b1", "e1", at(1), new Turn("Ann", "", bytes(bomb), true))).flush();

        assertThat(threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before).as("bytes allocated").isLessThan(16 << 20);
        assertThat(pipeline.deadLetters()).isEmpty();
        assertThat(pipeline.eyes.orElseThrow().looks()).as("seen as the 100 x 100 pixels that it states").hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(PictureException.Reason.class)
    void shouldExplainEachReasonOfTheDecoder(PictureException.Reason reason) {
        assertThat(DeadLetterReason.of("PICTURE_" + reason + ": found")).isNotEqualTo(DeadLetterReason.OTHER);
    }
}
