package org.memlora.evaluation.rows;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.memlora.evaluation.questions.EvaluatedQuestion;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.topology.serving.StageMeter;

/**
 * What came of a row.
 *
 * @param answers one per question, in the order of the data
 * @param operations and letters are empty unless the events went through the pipeline
 * @param healthOperations operations of the banks of the health suite
 * @param turnsPerSecond empty unless the events went through the pipeline and the model computed all of it
 */
public record RowOutcome(RowName name, List<RowAnswer> answers, List<MemoryOperation> operations, List<FailedEvent> letters,
        List<MemoryOperation> healthOperations, StageMeter meter, Optional<Double> turnsPerSecond) {

    /** Found computed by another row, in part: its time says nothing. */
    public RowOutcome withoutSpeed() {
        return new RowOutcome(name, answers, operations, letters, healthOperations, meter, Optional.empty());
    }

    /**
     * @param text empty when there is no answer
     * @param memories best first
     */
    public record RowAnswer(EvaluatedQuestion question, String text, List<ReadMemory> memories) { }

    /** What an answer rests on. */
    public record ReadMemory(String id, String text, double score, Instant validFrom, Optional<Instant> validTo, List<String> sourceEventIds) { }
}
