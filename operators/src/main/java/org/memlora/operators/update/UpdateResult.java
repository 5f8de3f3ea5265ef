package org.memlora.operators.update;

import java.util.List;
import org.memlora.operators.StageFailure;
import org.memlora.operators.StageUsage;

/** One change per fact of a bank, in order. */
public record UpdateResult(List<MemoryChange> changes, StageUsage usage, List<StageFailure> failures) {
    public UpdateResult {
        changes = List.copyOf(changes);
        failures = List.copyOf(failures);
    }
}
