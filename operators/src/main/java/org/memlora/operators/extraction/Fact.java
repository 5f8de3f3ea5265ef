package org.memlora.operators.extraction;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/**
 * A statement drawn from an exchange.
 *
 * @param id minted from bank, event and position; the same on a replay
 * @param saidAt time of the turn it came from (event time)
 * @param occurredOn day it happened on, where the text gives one ("last Friday" resolved against saidAt)
 * @param said the exchange it came from, a line per turn
 */
public record Fact(String id, String text, Instant saidAt, Optional<LocalDate> occurredOn, List<String> sourceEventIds, String said) {
    public Fact {
        sourceEventIds = List.copyOf(sourceEventIds);
    }
}
