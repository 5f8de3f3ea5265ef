package org.memlora.operators.memory;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One memory as kept. Never overwritten in meaning: a change closes it ({@code validTo}) and points to its successor.
 *
 * @param id equals the id of the fact it was made from
 * @param validFrom inclusive, event time
 * @param validTo exclusive, event time; empty = still valid
 * @param embedding unit vector of the text
 * @param said what the text was read from; empty where nothing but the text is known
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
        float[] embedding,
        Optional<Said> said) {
    public Memory {
        sourceEventIds = List.copyOf(sourceEventIds);
        if (said.isPresent() && said.get().embedding.length != embedding.length) {
            throw new IllegalArgumentException("memory " + id + ": the vector of what was said has " + said.get().embedding.length
                    + " dimensions, the text's has " + embedding.length + ": both must come from one text embedder");
        }
    }

    /** Of which only the text is known. */
    public Memory(String id, String text, Instant validFrom, Optional<Instant> validTo, Optional<LocalDate> occurredOn, List<String> sourceEventIds,
            Optional<String> supersedes, Optional<String> supersededBy, float[] embedding) {
        this(id, text, validFrom, validTo, occurredOn, sourceEventIds, supersedes, supersededBy, embedding, Optional.empty());
    }

    /**
     * The exchange that a memory was read from, as retrieval sees it: questions often ask in the words of the dialogue, of which a fact keeps few.
     *
     * @param words content words
     * @param embedding unit vector
     */
    public record Said(Set<String> words, float[] embedding) {
        public Said {
            words = Collections.unmodifiableSet(new TreeSet<>(words));
        }
    }
}
