package org.memlora.operators.memory;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/**
 * One memory as kept. Never overwritten in meaning: a change closes it ({@code validTo}) and points to its successor.
 *
 * @param id equals the id of the fact it was made from
 * @param validFrom inclusive, event time
 * @param validTo exclusive, event time; empty = still valid
 * @param embedding unit vector of the text
 */
public record Memory(
        String id,
        String text,
        Instant validFrom,
        Optional<Instant> validTo,
        Optional<LocalDate> occurredOn,
        List<String> sourceEventIds,
        Optional<String> supersedes,
        Optional<String> supersededBy,
        float[] embedding) {
    public Memory {
        sourceEventIds = List.copyOf(sourceEventIds);
    }
}
