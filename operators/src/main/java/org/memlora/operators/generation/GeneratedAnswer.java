package org.memlora.operators.generation;

import java.util.List;
import java.util.Optional;
import org.memlora.operators.StageFailure;
import org.memlora.operators.StageUsage;

/** An answer; {@code text} is empty when the model failed, and {@code failures} says why; {@code declined}: why the model's words were not taken for one. */
public record GeneratedAnswer(
        String questionEventId, Optional<String> text, String expert, StageUsage usage, List<StageFailure> failures, Optional<String> declined) {
    public GeneratedAnswer {
        failures = List.copyOf(failures);
    }

    /** Not declined. */
    public GeneratedAnswer(String questionEventId, Optional<String> text, String expert, StageUsage usage, List<StageFailure> failures) {
        this(questionEventId, text, expert, usage, failures, Optional.empty());
    }
}
