package org.memlora.operators.extraction;

import java.time.Instant;
import java.util.Optional;

/** One utterance. {@code pictureDescription}: what its picture shows, by the vision expert or the producer's caption. */
public record DialogueTurn(String eventId, String speaker, String text, Instant time, Optional<String> pictureDescription) { }
