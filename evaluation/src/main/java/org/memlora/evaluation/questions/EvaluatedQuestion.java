package org.memlora.evaluation.questions;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.memlora.topology.demo.ScriptedEvent;

/**
 * @param gold the right answer; empty = the right answer is that nothing is known
 * @param category LoCoMo's, see {@link ScriptedEvent}; 0 = none given
 * @param evidence ids of the turns that hold the answer; may be empty
 */
public record EvaluatedQuestion(String bankId, String eventId, String text, Instant time, Optional<String> gold, int category,
        List<String> evidence) {

    public EvaluatedQuestion {
        evidence = List.copyOf(evidence);
    }

    public boolean isAdversarial() {
        return gold.isEmpty();
    }
}
