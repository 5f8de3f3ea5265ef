package org.memlora.operators.generation;

import java.time.Instant;
import java.util.List;
import org.memlora.operators.memory.ScoredMemory;

/**
 * A question with the memories read for it at its place in the bank's order, best first; at least one.
 *
 * @param told how many of them the model is told at most, the best ones: a small model finds the answer sooner among few
 */
public record QuestionContext(String bankId, String questionEventId, String question, Instant time, List<ScoredMemory> memories, int told) {
    /** As the pipeline reads, and tells, where nothing else is set. */
    public static final int USUALLY_READ = 10;
    public static final int USUALLY_TOLD = 5;

    public QuestionContext {
        memories = List.copyOf(memories);
        if (memories.isEmpty()) {
            throw new IllegalArgumentException("question " + questionEventId + " of bank " + bankId
                    + " has no memories: answer it without the model");
        }
        if (told < 1) {
            throw new IllegalArgumentException("told is " + told + ", expected at least 1");
        }
    }

    /** Of which the model is told all. */
    public QuestionContext(String bankId, String questionEventId, String question, Instant time, List<ScoredMemory> memories) {
        this(bankId, questionEventId, question, time, memories, Math.max(1, memories.size()));
    }
}
