package org.memlora.operators.update;
import java.util.List; import org.memlora.operators.*;
public record UpdateResult(List<MemoryChange> changes, StageUsage usage, List<StageFailure> failures) { }
