package org.memlora.operators.update;

import java.util.Optional;
import org.memlora.operators.extraction.Fact;
import org.memlora.operators.memory.Memory;

/**
 * One applied operation.
 *
 * @param memory the memory made from the fact; empty for NONE
 * @param target the memory that was superseded (UPDATE), retired (DELETE) or that already says it (NONE); after the change
 * @param decidedBy "model", "unsure-delete" (the model's next best after a DELETE it was not sure of), or the rule that made a model call
 *     needless ("no-similar-memory", "same-text", ...)
 */
public record MemoryChange(
        MemoryOperation operation, Fact fact, Optional<Memory> memory, Optional<Memory> target, String decidedBy) { }
