package org.memlora.operators.extraction;
import java.util.List; import org.memlora.operators.*;
public record ExtractionResult(Exchange exchange, List<Fact> facts, StageUsage usage, List<StageFailure> failures) { }
