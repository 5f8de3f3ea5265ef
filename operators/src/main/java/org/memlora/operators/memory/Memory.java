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
 * @param picture the picture that shows it
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
        Optional<Said> said,
        Optional<PictureLink> picture) {
    public Memory {
        sourceEventIds = List.copyOf(sourceEventIds);
        if (said.isPresent() && said.get().embedding.length != embedding.length) {
            throw new IllegalArgumentException("memory " + id + ": the vector of what was said has " + said.get().embedding.length
                    + " dimensions, the text's has " + embedding.length + ": both must come from one text embedder");
        }
    }

    /** That no picture shows. */
    public Memory(String id, String text, Instant validFrom, Optional<Instant> validTo, Optional<LocalDate> occurredOn, List<String> sourceEventIds,
            Optional<String> supersedes, Optional<String> supersededBy, float[] embedding, Optional<Said> said) {
        this(id, text, validFrom, validTo, occurredOn, sourceEventIds, supersedes, supersededBy, embedding, said, Optional.empty());
    }

    /** Of which only the text is known. */
    public Memory(String id, String text, Instant validFrom, Optional<Instant> validTo, Optional<LocalDate> occurredOn, List<String> sourceEventIds,
            Optional<String> supersedes, Optional<String> supersededBy, float[] embedding) {
        this(id, text, validFrom, validTo, occurredOn, sourceEventIds, supersedes, supersededBy, embedding, Optional.empty());
    }

    /**
     * The exchange that a memory was read from: questions often ask in the words of the dialogue, and for its details, of which a fact keeps few.
     *
     * @param words content words
     * @param embedding unit vector
     * @param lines of the turns that the memory rests on, as the models read them; empty where they were not kept
     */
    public record Said(Set<String> words, float[] embedding, List<String> lines) {
        /** Longer turns, say a pasted letter, are not kept: every prompt that shows them would be as long. */
        public static final int MOST_LINE_CHARS = 600;

        public Said {
            words = Collections.unmodifiableSet(new TreeSet<>(words));
            lines = lines.stream().mapToInt(String::length).sum() <= MOST_LINE_CHARS ? List.copyOf(lines) : List.of();
        }
    }
}
