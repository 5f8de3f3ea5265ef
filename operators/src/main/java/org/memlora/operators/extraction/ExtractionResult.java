package org.memlora.operators.extraction;

import java.util.List;
import org.memlora.operators.StageFailure;
import org.memlora.operators.StageUsage;

/** What extraction made of one exchange; {@code failures} names every text that was lost on the way. */
public record ExtractionResult(Exchange exchange, List<Fact> facts, StageUsage usage, List<StageFailure> failures) {
    public ExtractionResult {
        facts = List.copyOf(facts);
        failures = List.copyOf(failures);
    }
}
