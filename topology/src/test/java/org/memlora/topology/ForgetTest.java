package org.memlora.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.memlora.topology.Events.forget;
import static org.memlora.topology.Events.lastTurn;
import static org.memlora.topology.Events.question;
import static org.memlora.topology.Events.turn;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AnswerStatus;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.OperationKind;

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
}
