package org.memlora.operators.extraction;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.memlora.operators.memory.PictureLink;

/**
 * A statement drawn from an exchange.
 *
 * @param id minted from bank, event and position; the same on a replay
 * @param saidAt time of the turn it came from (event time)
 * @param occurredOn day it happened on, where the text gives one ("last Friday" resolved against saidAt)
 * @param said the exchange it came from, a line per turn
 * @param sourceLines those of the turns that it rests on
 * @param picture the picture that shows it
 */
public record Fact(String id, String text, Instant saidAt, Optional<LocalDate> occurredOn, List<String> sourceEventIds, String said,
        List<String> sourceLines, Optional<PictureLink> picture) {
    public Fact {
        sourceEventIds = List.copyOf(sourceEventIds);
        sourceLines = List.copyOf(sourceLines);
    }

    /** That no picture shows, and that rests on all that was said. */
    public Fact(String id, String text, Instant saidAt, Optional<LocalDate> occurredOn, List<String> sourceEventIds, String said) {
        this(id, text, saidAt, occurredOn, sourceEventIds, said, said.lines().toList(), Optional.empty());
    }
}
