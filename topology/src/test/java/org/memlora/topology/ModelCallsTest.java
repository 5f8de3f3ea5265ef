package org.memlora.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.memlora.topology.Events.lastTurn;
import static org.memlora.topology.Events.question;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.memlora.models.GenerationRequest;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AnswerStatus;

/** What the graph asks the model and the embedder for. */
class ModelCallsTest {

    private final TestPipeline pipeline = new TestPipeline();
    private final List<List<String>> embedded = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        pipeline.close();
    }

    @Test
    void shouldMakeEachRequestForItsBank() {
        pipeline.send(lastTurn("b1", "e1", 0, "Ann", "I live in Rome"), lastTurn("b2", "e2", 0, "Zoe", "I live in Bern"),
                lastTurn("b1", "e3", 1, "Ann", "I live in Oslo"), lastTurn("b2", "e4", 1, "Zoe", "I live in Genf"),
                question("b1", "q1", 2, "Where does Ann live?"), question("b2", "q2", 2, "Where does Zoe live?")).flush();

        List<GenerationRequest> requests = pipeline.model.requests();
        assertThat(requests).extracting(GenerationRequest::expert).contains("extraction", "update", "generation");
        assertThat(requests).allSatisfy(request -> assertThat(request.tenant())
                .isEqualTo(ScriptedLanguageModel.promptText(request).contains("Ann") ? "b1" : "b2"));
    }

    @Test
    void shouldEmbedTheQuestionsOfAMicroBatchInOneCall() {
        pipeline.embeds = embedded::add;

        pipeline.send(lastTurn("b1", "e1", 0, "Ann", "I live in Rome"), lastTurn("b2", "e2", 0, "Zoe", "I live in Bern"),
                question("b1", "q1", 1, "Where does Ann live?"), lastTurn("b1", "e3", 2, "Ann", "Milo is a cat"),
                question("b1", "q2", 3, "Who is Milo?"), question("b2", "q3", 1, "Where does Zoe live?")).flush();

        assertThat(pipeline.answers()).hasSize(3).extracting(Answer::getStatus).containsOnly(AnswerStatus.ANSWERED);
        assertThat(embedded).hasSize(3);
        assertThat(embedded.get(0)).containsExactlyInAnyOrder("Where does Ann live?", "Who is Milo?", "Where does Zoe live?");
        assertThat(embedded.get(1)).as("facts of both banks, with what was said, before the first questions")
                .containsExactlyInAnyOrder("Ann said I live in Rome", "Zoe said I live in Bern", "Ann: I live in Rome", "Zoe: I live in Bern");
        assertThat(embedded.get(2)).containsExactlyInAnyOrder("Ann said Milo is a cat", "Ann: Milo is a cat");
    }

    @Test
    void shouldFailOnlyTheQuestionThatCannotBeEmbedded() {
        pipeline.embeds = texts -> {
            if (texts.stream().anyMatch(text -> text.contains("poison"))) {
                throw new IllegalStateException("no vector");
            }
        };

        pipeline.send(lastTurn("b1", "e1", 0, "Ann", "I live in Rome"), question("b1", "q1", 1, "What is poison?"),
                question("b1", "q2", 2, "Where does Ann live?")).flush();

        assertThat(pipeline.answers()).extracting(Answer::getQuestionEventId, Answer::getStatus).containsExactlyInAnyOrder(
                tuple("q1", AnswerStatus.FAILED), tuple("q2", AnswerStatus.ANSWERED));
        assertThat(pipeline.deadLetters()).singleElement()
                .satisfies(letter -> assertThat(letter.getReason()).isEqualTo("OPERATOR_FAILED: no vector"));
    }
}
