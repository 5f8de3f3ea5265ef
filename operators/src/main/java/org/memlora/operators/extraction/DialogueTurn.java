package org.memlora.operators.extraction;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import org.memlora.operators.memory.PictureLink;

/**
 * One utterance.
 *
 * @param pictureDescription what its picture shows, by the vision expert or the producer's caption
 * @param picture the picture, where somebody saw it
 */
public record DialogueTurn(String eventId, String speaker, String text, Instant time, Optional<String> pictureDescription,
        Optional<PictureLink> picture) {

    /** Whose picture, if any, is known by its description alone. */
    public DialogueTurn(String eventId, String speaker, String text, Instant time, Optional<String> pictureDescription) {
        this(eventId, speaker, text, time, pictureDescription, Optional.empty());
    }

    /** The day it was said. */
    public LocalDate day() {
        return time.atZone(ZoneOffset.UTC).toLocalDate();
    }
}
