package org.memlora.evaluation.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.memlora.evaluation.questions.EvaluatedConversation;
import org.memlora.evaluation.questions.EvaluatedQuestion;
import org.memlora.evaluation.questions.EvaluationData;
import org.memlora.models.testing.HashEmbedder;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.OperationKind;

class MemoryCleannessTest {

    private static final List<MemoryOperation> OPERATIONS = List.of(
            HealthSuiteTest.operation(OperationKind.ADD, "b", 1, "Ann has a cat.", null),
            HealthSuiteTest.operation(OperationKind.ADD, "b", 2, "Ann has a cat", null),
            HealthSuiteTest.operation(OperationKind.ADD, "b", 3, "Ben says hello to everybody.", null),
            HealthSuiteTest.operation(OperationKind.ADD, "b", 4, "Ann plays chess.", null),
            HealthSuiteTest.operation(OperationKind.NONE, "b", 5, "Ann has a cat.", "b1"));

    private static MemoryCleanness cleanness(Optional<List<EvaluatedConversation.Observation>> observations) {
        EvaluatedQuestion question = new EvaluatedQuestion("b", "q", "What does Ann play?", Instant.EPOCH, Optional.of("Chess"), 4, List.of("t4"));
        try (HashEmbedder embedder = new HashEmbedder()) {
            return MemoryCleanness.of(new EvaluationData(List.of(new EvaluatedConversation("b", List.of(), List.of(question), Set.of("t4", "t9"), observations))),
                    OPERATIONS, embedder);
        }
    }

    @Test
    void countsDuplicatesJunkAndRecall() {
        MemoryCleanness clean = cleanness(Optional.of(List.of(
                new EvaluatedConversation.Observation("Ann has a cat", List.of("t1", "t2")),
                new EvaluatedConversation.Observation("Ann likes chess", List.of("t4")),
                new EvaluatedConversation.Observation("Nothing was stored of this", List.of("t9")))));

        assertThat(clean.memories()).isEqualTo(4);
        assertThat(clean.duplicatesLeft()).as("one of four").isEqualTo(0.25);
        assertThat(clean.junkRate()).as("Ben's greeting, of four stored").isEqualTo(0.25);
        assertThat(clean.observationRecall()).as("4 of 4, 2 of 3 and 0 of 5 words").isEqualTo((1 + 2.0 / 3 + 0) / 3);
    }

    @Test
    void saysNothingWhereTheDataNoteNothing() {
        assertThat(cleanness(Optional.empty()).junkRate()).isNull();
        assertThat(cleanness(Optional.empty()).observationRecall()).isNull();
    }
}
