package org.memlora.operators.extraction;

import java.util.HashSet;
import java.util.Set;
import org.memlora.operators.memory.Words;

/** Whether a fact can come from an exchange: one none of whose content words stands there is made up (mem0#4573: one came back 668 times). */
public final class Grounding {

    private final Set<String> said = new HashSet<>();
    private final Set<String> speakers = new HashSet<>();

    public Grounding(Exchange exchange) {
        for (DialogueTurn turn : exchange.turns()) {
            speakers.addAll(Words.content(turn.speaker()));
            said.addAll(Words.content(ExtractionPrompt.line(turn)));
        }
    }

    /** True if a content word of the fact, other than the speakers' names, was said. */
    public boolean holds(String fact) {
        Set<String> words = Words.content(fact);
        words.removeAll(speakers);
        return words.stream().anyMatch(said::contains);
    }
}
