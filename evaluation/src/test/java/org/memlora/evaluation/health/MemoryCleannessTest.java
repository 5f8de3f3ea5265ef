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

    private static MemoryCleanness cleanness(Set<String> evidence, Optional<List<EvaluatedConversation.Observation>> observations) {
        EvaluatedQuestion question = new EvaluatedQuestion("b", "q", "What does Ann play?", Instant.EPOCH, Optional.of("Chess"), 4, List.of("t4"));
        try (HashEmbedder embedder = new HashEmbedder()) {
            return MemoryCleanness.of(new EvaluationData(List.of(new EvaluatedConversation("b", List.of(), List.of(question), evidence, observations))),
                    OPERATIONS, embedder);
        }
    }

    @Test
    void countsDuplicatesJunkAndRecall() {
        Optional<List<EvaluatedConversation.Observation>> observations = Optional.of(List.of(
                new EvaluatedConversation.Observation("Ann has a cat", List.of("t1", "t2")),
                new EvaluatedConversation.Observation("Ann likes chess", List.of("t4")),
                new EvaluatedConversation.Observation("Nothing was stored of this", List.of("t9"))));
        MemoryCleanness clean = cleanness(Set.of("t4"), observations);

        assertThat(clean.memories()).isEqualTo(4);
        assertThat(clean.duplicatesLeft()).as("one of four").isEqualTo(0.25);
        assertThat(clean.junkRate()).as("Ben's greeting, of four stored").isEqualTo(0.25);
        assertThat(clean.observationRecall()).as("4 of 4, 2 of 3 and 0 of 5 words").isEqualTo((1 + 2.0 / 3 + 0) / 3);
        assertThat(cleanness(Set.of("t3", "t4"), observations).junkRate()).as("a question that isn't asked rests on Ben's greeting").isZero();
    }

    @Test
    void saysNothingWhereTheDataNoteNothing() {
        assertThat(cleanness(Set.of(), Optional.empty()).junkRate()).isNull();
        assertThat(cleanness(Set.of(), Optional.empty()).observationRecall()).isNull();
    }
}
