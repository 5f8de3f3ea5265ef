package org.memlora.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.memlora.topology.Events.lastTurn;
import static org.memlora.topology.Events.question;
import static org.memlora.topology.Events.turn;
import static org.memlora.topology.TestPipeline.asks;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AnswerStatus;
import org.memlora.schemas.MemoryOperation;

/** A model that fails or throws costs exactly the events concerned. */
class FailingModelTest {

    private final TestPipeline pipeline = new TestPipeline();

    @BeforeEach
    void giveBothBanksAMemory() {
        pipeline.send(lastTurn("b1", "m1", 0, "Ann", "I live in Rome"), lastTurn("b2", "m1", 0, "Zoe", "I live in Bern")).flush();
        assertThat(pipeline.operations()).hasSize(2);
    }

    @AfterEach
    void close() {
        pipeline.close();
    }

    @Test
    void shouldReportAFailedExtraction() {
        pipeline.model.failWhen(request -> asks(request, "extraction", "poison"), "no memory left");

        pipeline.send(turn("b1", "e1", 1, "Ann", "The poison is green"), turn("b1", "e2", 2, "Ben", "Indeed"),
                lastTurn("b1", "e3", 3, "Ann", "Milo is a cat"), lastTurn("b2", "e1", 1, "Zoe", "Otto is a dog")).flush();

        assertLetter("extraction", "MODEL_FAILED: no memory left", "b1", "e1", "e2");
        assertChangedEvents("e3", "e1");
    }

    @Test
    void shouldLoseOnlyTheExchangeWhoseExtractionThrows() {
        pipeline.model.throwWhen(request -> asks(request, "extraction", "poison"), () -> new IllegalStateException("bug"));

        pipeline.send(lastTurn("b1", "e0", 1, "Ann", "Rex barks loudly"), turn("b1", "e1", 1, "Ann", "The poison is green"),
                turn("b1", "e2", 2, "Ben", "Indeed"), lastTurn("b1", "e3", 3, "Ann", "Milo is a cat"),
                lastTurn("b2", "e1", 1, "Zoe", "Otto is a dog")).flush();

        assertLetter("extraction", "OPERATOR_FAILED: bug", "b1", "e1", "e2");
        assertChangedEvents("e0", "e3", "e1");
    }

    @Test
    void shouldRepeatACallThatThrewOnce() {
        AtomicInteger left = new AtomicInteger(2);
        pipeline.model.throwWhen(request -> request.expert().equals("extraction") && left.getAndDecrement() > 0,
                () -> new IllegalStateException("hiccup"));

        pipeline.send(lastTurn("b1", "e1", 1, "Ann", "Milo is a cat")).flush();

        assertThat(pipeline.deadLetters()).isEmpty();
        assertChangedEvents("e1");
    }

    @Test
    void shouldAddTheFactUndecidedWhenUpdateFails() {
        pipeline.model.failWhen(request -> asks(request, "update", "Oslo"), "no memory left");

        pipeline.send(lastTurn("b1", "e1", 1, "Ann", "I live in Oslo"), lastTurn("b2", "e2", 1, "Zoe", "I live in Genf")).flush();

        assertLetter("update", "MODEL_FAILED", "b1", "e1");
        assertThat(pipeline.operations()).extracting(MemoryOperation::getDecidedBy).containsExactlyInAnyOrder("model-failed", "model");
        assertThat(pipeline.memories("b1")).hasSize(2);
    }

    @Test
    void shouldLoseOnlyTheFactsWhoseUpdateThrows() {
        pipeline.model.throwWhen(request -> asks(request, "update", "New fact: Ann said I live in Oslo"), () -> new IllegalStateException("bug"));

        pipeline.send(lastTurn("b1", "e0", 1, "Ann", "Milo is a cat"), lastTurn("b1", "e1", 1, "Ann", "I live in Oslo"),
                lastTurn("b1", "e2", 2, "Ann", "I live in Wien"), lastTurn("b2", "e3", 1, "Zoe", "I live in Genf"),
                question("b1", "q1", 3, "Where does Ann live?")).flush();

        assertLetter("update", "OPERATOR_FAILED: bug", "b1", "e1");
        assertChangedEvents("e0", "e2", "e3");
        assertThat(pipeline.memoryTexts("b1")).containsExactly("Ann said I live in Rome", "Ann said I live in Wien", "Ann said Milo is a cat");
        assertThat(pipeline.answers()).extracting(Answer::getStatus).containsExactly(AnswerStatus.ANSWERED);
    }

    @Test
    void shouldAnswerFailedWhenGenerationFails() {
        pipeline.model.failWhen(request -> asks(request, "generation", "poison"), "no memory left");

        pipeline.send(question("b1", "q1", 1, "What is poison?"), question("b1", "q2", 1, "Where?"), question("b2", "q1", 1, "Where?")).flush();

        assertLetter("generation", "MODEL_FAILED: no memory left", "b1", "q1");
        assertAnswers("MODEL_FAILED: no memory left");
    }

    @Test
    void shouldAnswerFailedWhenGenerationThrows() {
        pipeline.model.throwWhen(request -> asks(request, "generation", "poison"), () -> new IllegalStateException("bug"));

        pipeline.send(question("b1", "q1", 1, "What is poison?"), question("b1", "q2", 1, "Where?"), question("b2", "q1", 1, "Where?")).flush();

        assertLetter("generation", "OPERATOR_FAILED: bug", "b1", "q1");
        assertAnswers("OPERATOR_FAILED: bug");
    }

    @Test
    void shouldAnswerFailedWhenTheModelSaysNothing() {
        pipeline.model.when(request -> asks(request, "generation", "silence"), "\u3000");

        pipeline.send(question("b1", "q1", 1, "silence?")).flush();

        assertThat(pipeline.answers()).singleElement().satisfies(answer -> {
            assertThat(answer.getStatus()).isEqualTo(AnswerStatus.FAILED);
            assertThat(answer.getReason()).startsWith("EMPTY_ANSWER");
        });
    }

    @Test
    void shouldKeepTheWholeFactsOfACutOffExtraction() {
        pipeline.cutOff = request -> asks(request, "extraction", "poison");

        pipeline.send(turn("b1", "e1", 1, "Ann", "The poison is green"), turn("b1", "e2", 2, "Ben", "Snow fell")).flush();

        assertLetter("extraction", "TOKEN_LIMIT", "b1", "e1", "e2");
        assertChangedEvents("e1");
    }

    @Test
    void shouldAnswerWithWhatWasSaidBeforeTheTokenLimit() {
        pipeline.cutOff = request -> request.expert().equals("generation");

        pipeline.send(question("b1", "q1", 1, "Where?")).flush();

        assertLetter("generation", "TOKEN_LIMIT", "b1", "q1");
        assertThat(pipeline.answers()).singleElement().satisfies(answer -> {
            assertThat(answer.getStatus()).isEqualTo(AnswerStatus.ANSWERED);
            assertThat(answer.getReason()).startsWith("TOKEN_LIMIT");
            assertThat(answer.getText()).isNotEmpty();
        });
    }

    private void assertAnswers(String reason) {
        List<Answer> answers = pipeline.answers();
        assertThat(answers).hasSize(3);
        assertThat(answers).filteredOn(answer -> answer.getStatus() == AnswerStatus.FAILED).singleElement().satisfies(failed -> {
            assertThat(failed.getQuestionEventId()).isEqualTo("q1");
            assertThat(failed.getBankId()).isEqualTo("b1");
            assertThat(failed.getText()).isEmpty();
            assertThat(failed.getReason()).isEqualTo(reason);
        });
        assertThat(answers).filteredOn(answer -> answer.getStatus() == AnswerStatus.ANSWERED).hasSize(2);
    }

    private void assertLetter(String stage, String reason, String bank, String... events) {
        assertThat(pipeline.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.getStage()).isEqualTo(stage);
            assertThat(letter.getReason()).startsWith(reason);
            assertThat(letter.getBankId()).isEqualTo(bank);
            assertThat(letter.getEventIds()).containsExactly(events);
            assertThat(letter.getEvents()).as("events for a replay").hasSameSizeAs(events);
        });
    }

    private void assertChangedEvents(String... events) {
        assertThat(pipeline.operations()).flatExtracting(MemoryOperation::getSourceEventIds).containsExactlyInAnyOrder(events);
    }
}
