package org.memlora.operators.generation;

import java.util.List;
import java.util.Optional;
import org.memlora.operators.StageFailure;
import org.memlora.operators.StageUsage;

/** An answer; {@code text} is empty when the model failed, and {@code failures} says why. */
public record GeneratedAnswer(
        String questionEventId, Optional<String> text, String expert, StageUsage usage, List<StageFailure> failures) {
    public GeneratedAnswer {
        failures = List.copyOf(failures);
    }
}
