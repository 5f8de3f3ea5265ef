package org.memlora.operators.generation;

import java.time.Instant;
import java.util.List;
import org.memlora.operators.memory.ScoredMemory;

/** A question with the memories read for it at its place in the bank's order, best first; at least one. */
public record QuestionContext(String bankId, String questionEventId, String question, Instant time, List<ScoredMemory> memories) {
    public QuestionContext {
        memories = List.copyOf(memories);
        if (memories.isEmpty()) {
            throw new IllegalArgumentException("question " + questionEventId + " of bank " + bankId
                    + " has no memories: answer it without the model");
        }
    }
}
