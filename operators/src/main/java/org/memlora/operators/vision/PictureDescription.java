package org.memlora.operators.vision;

import java.util.List;
import java.util.Optional;
import org.memlora.operators.StageFailure;
import org.memlora.operators.StageUsage;

/** What the model saw; {@code text} is empty when it failed, and {@code failures} says why. */
public record PictureDescription(Optional<String> text, StageUsage usage, List<StageFailure> failures) {
    public PictureDescription {
        failures = List.copyOf(failures);
    }
}
