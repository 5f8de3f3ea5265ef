package org.memlora.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.memlora.topology.Events.forget;
import static org.memlora.topology.Events.lastTurn;
import static org.memlora.topology.Events.question;
import static org.memlora.topology.Events.turn;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AnswerStatus;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.OperationKind;
import org.memlora.schemas.OutputKey;

/** Forget leaves nothing of its bank in any store, and everything of the others. */
class ForgetTest {

    private static final String BANK = "forgotten-bank";
    private static final String OTHER = "neighbour";

    private static void dialogue(TestPipeline pipeline, String bank) {
        pipeline.send(turn(bank, "e1", 0, "Ann", "Milo is a cat"), turn(bank, "e2", 1, "Ben", "Rex barks loudly"),
                question(bank, "q1", 2, "Who is Milo?"), turn(bank, "e3", 3, "Ann", "Oslo has snow"));
    }

    @Test
    void shouldEraseTheBankFromAllStores() {
        try (TestPipeline pipeline = new TestPipeline()) {
            // Given: all stores hold something of the bank
            dialogue(pipeline, BANK);
            dialogue(pipeline, OTHER);
            pipeline.flush();
            assertThat(pipeline.tracesOf(BANK)).extracting(trace -> trace.split(":")[0])
                    .contains("seen-events", "conversations", "memories");
            List<String> others = pipeline.tracesOf(OTHER);

            // When
            pipeline.send(forget(BANK, "f1", 4)).flush();

            // Then
            assertThat(pipeline.tracesOf(BANK)).isEmpty();
            assertThat(pipeline.tracesOf(OTHER)).isEqualTo(others).isNotEmpty();
            assertThat(pipeline.memories(OTHER)).hasSize(2);
            assertThat(pipeline.operations()).last().satisfies(operation -> {
                assertThat(operation.getKind()).isEqualTo(OperationKind.FORGET);
                assertThat(operation.getBankId()).isEqualTo(BANK);
                assertThat(operation.getSourceEventIds()).containsExactly("f1");
                assertThat(operation.getDecidedBy()).isEqualTo("request");
            });
        }
    }

    @Test
    void shouldEraseTurnsOfItsOwnMicroBatch() {
        try (TestPipeline pipeline = new TestPipeline()) {
            // When
            dialogue(pipeline, BANK);
            dialogue(pipeline, OTHER);
            assertThat(pipeline.tracesOf(BANK)).extracting(trace -> trace.split(":")[0]).contains("inbox-events", "seen-events");
            pipeline.send(forget(BANK, "f1", 4)).flush();

            // Then
            assertThat(pipeline.tracesOf(BANK)).isEmpty();
            assertThat(pipeline.memories(OTHER)).hasSize(2);
            assertThat(pipeline.answers()).extracting(Answer::getStatus)
                    .containsExactly(AnswerStatus.ANSWERED, AnswerStatus.ANSWERED);
        }
    }

    @Test
    void shouldLeaveABankOfALongerNameAlone() {
        try (TestPipeline pipeline = new TestPipeline()) {
            pipeline.send(lastTurn("b", "e1", 0, "Ann", "Milo is a cat"), lastTurn("bb", "e1", 0, "Zoe", "Otto is a dog")).flush();

            pipeline.send(forget("b", "f1", 1)).flush();

            assertThat(pipeline.memories("b")).isEmpty();
            assertThat(pipeline.memories("bb")).hasSize(1);
            assertThat(pipeline.keys("seen-events")).hasSize(2);
            assertThat(pipeline.keys("conversations")).hasSize(1);
        }
    }

    @Test
    void shouldBeginAnewAfterForget() {
        try (TestPipeline pipeline = new TestPipeline()) {
            // When: in one micro-batch, with an id used before
            pipeline.send(lastTurn(BANK, "e1", 500, "Ann", "Milo is a cat"), forget(BANK, "f1", 501),
                    question(BANK, "q1", 502, "Who is Milo?"), lastTurn(BANK, "e1", 0, "Ann", "Rex barks loudly"),
                    question(BANK, "q2", 503, "Who barks?")).flush();

            // Then
            assertThat(pipeline.deadLetters()).isEmpty();
            assertThat(pipeline.memoryTexts(BANK)).containsExactly("Ann said Rex barks loudly");
            assertThat(pipeline.answers()).extracting(Answer::getStatus).containsExactly(AnswerStatus.NO_MEMORIES, AnswerStatus.ANSWERED);
            assertThat(pipeline.operations()).extracting(MemoryOperation::getKind)
                    .containsExactly(OperationKind.ADD, OperationKind.FORGET, OperationKind.ADD);
        }
    }

    @Test
    void shouldEraseAllOutputsOfTheBank() {
        try (TestPipeline pipeline = new TestPipeline()) {
            // Given: operations, answers and dead letters, of the inbox and of a stage, also one that nobody could read
            pipeline.model.failWhen(request -> TestPipeline.asks(request, "extraction", "poison"), "no memory left");
            for (String bank : List.of(BANK, OTHER)) {
                dialogue(pipeline, bank);
                pipeline.send(lastTurn(bank, "e4", 4, "Ann", "The poison is green"), lastTurn(bank, "e5", 5, "", "Nobody spoke"));
                pipeline.sendRaw(bank, "readable all the same".getBytes(StandardCharsets.UTF_8));
            }

            // When
            pipeline.send(forget(BANK, "f1", 4)).flush();

            // Then
            Map<String, Object> outputs = pipeline.outputs();
            assertThat(outputs).hasSizeGreaterThan(5);
            assertThat(outputs.values()).filteredOn(value -> value.toString().contains(BANK)).singleElement()
                    .satisfies(kept -> assertThat(((MemoryOperation) kept).getKind()).isEqualTo(OperationKind.FORGET));
            assertThat(outputs.values()).filteredOn(value -> value instanceof FailedEvent).hasSize(3)
                    .allMatch(letter -> ((FailedEvent) letter).getBankId() == null || ((FailedEvent) letter).getBankId().equals(OTHER));
            assertThat(outputs.keySet()).filteredOn(key -> key.contains(BANK)).hasSize(1);
        }
    }

    @Test
    void shouldKeepWhatCameAfterTheForget() {
        try (TestPipeline pipeline = new TestPipeline()) {
            // Given: all in one micro-batch, with failures in the inbox and in a stage on both sides of the Forget
            pipeline.model.failWhen(request -> TestPipeline.asks(request, "extraction", "poison"), "no memory left");
            pipeline.send(lastTurn(BANK, "e1", 0, "Ann", "The poison is green"), lastTurn(BANK, "e2", 1, "", "Nobody spoke"),
                    question(BANK, "q1", 2, "Who?"), forget(BANK, "f1", 3),
                    lastTurn(BANK, "e3", 4, "Ann", "The poison is red"), lastTurn(BANK, "e4", 5, "", "Nobody spoke"),
                    lastTurn(BANK, "e5", 6, "Ann", "Milo is a cat"), question(BANK, "q2", 7, "Who is Milo?")).flush();

            // Then
            assertThat(pipeline.outputs().values()).extracting(value -> value instanceof FailedEvent letter ? letter.getEventIds().get(0)
                            : value instanceof Answer answer ? answer.getQuestionEventId()
                            : ((MemoryOperation) value).getSourceEventIds().get(0))
                    .containsExactlyInAnyOrder("f1", "e3", "e4", "e5", "q2");
        }
    }

    /** Kafka Streams writes below a task's folder only, and takes the folder's age for that of its stores. */
    @Test
    void shouldTellByItsFolderThatATaskIsInUse() {
        try (TestPipeline pipeline = new TestPipeline()) {
            File folder = pipeline.stateFolder();
            assertThat(folder.setLastModified(0)).isTrue();
            pipeline.driver.advanceWallClockTime(Duration.ofMinutes(1));
            assertThat(Duration.ofMillis(System.currentTimeMillis() - folder.lastModified())).isLessThan(Duration.ofMinutes(5));
        }
    }

    @Test
    void shouldSweepTheTopicsAndThenDeleteTheEvents() {
        Duration step = Duration.ofHours(10);
        try (TestPipeline pipeline = new TestPipeline()) {
            pipeline.send(lastTurn(BANK, "e1", 0, "Ann", "Milo is a cat"), forget(BANK, "f1", 1)).flush();
            pipeline.operationRecords();

            // Then: nothing before its time
            pipeline.driver.advanceWallClockTime(step.minusHours(2));
            assertThat(pipeline.markers()).isEmpty();

            // When
            pipeline.driver.advanceWallClockTime(step.minusHours(4));
            List<String> markers = pipeline.markers();
            assertThat(markers).hasSize(3).allMatch(OutputKey::isMarker);
            assertThat(OutputKey.partition(markers.get(0), 7)).isEqualTo(OutputKey.partition(OutputKey.of(BANK, "0"), 7));
            assertThat(pipeline.deadLetters()).as("the marker in the events is no event").isEmpty();
            assertThat(pipeline.deletedBefore).isEmpty();

            pipeline.driver.advanceWallClockTime(step.plusHours(3));
            assertThat(pipeline.deletedBefore).containsExactly(2L);
            assertThat(pipeline.entries("erasures")).isEmpty();
            pipeline.driver.advanceWallClockTime(Duration.ofDays(3));
            assertThat(pipeline.deletedBefore).hasSize(1);
            assertThat(pipeline.markers()).isEmpty();
        }
    }

    @Test
    void shouldNotDeleteEventsForAMarkerThatItDidNotSend() {
        try (TestPipeline pipeline = new TestPipeline()) {
            pipeline.send(lastTurn(BANK, "e1", 0, "Ann", "Milo is a cat")).sendRaw(OutputKey.marker(0), null).flush();

            pipeline.driver.advanceWallClockTime(Duration.ofDays(3));

            assertThat(pipeline.deletedBefore).isEmpty();
            assertThat(pipeline.deadLetters()).isEmpty();
        }
    }

    @Test
    void shouldTryTheDeletionAgain() {
        try (TestPipeline pipeline = new TestPipeline()) {
            pipeline.deletionWorks = false;
            pipeline.send(forget(BANK, "f1", 1)).flush();
            pipeline.driver.advanceWallClockTime(Duration.ofHours(12));
            pipeline.driver.advanceWallClockTime(Duration.ofHours(12));
            assertThat(pipeline.deletedBefore).containsExactly(1L);
            pipeline.deletionWorks = true;

            pipeline.driver.advanceWallClockTime(Duration.ofHours(3));
            pipeline.driver.advanceWallClockTime(Duration.ofDays(3));

            assertThat(pipeline.deletedBefore).containsExactly(1L, 1L);
        }
    }
}
