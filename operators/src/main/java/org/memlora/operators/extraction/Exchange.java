package org.memlora.operators.extraction;

import java.util.List;

/** What extraction reads at once: two consecutive turns of a bank (the paper's two-message exchange), or one that stands alone. */
public record Exchange(String bankId, List<DialogueTurn> turns) {
    public Exchange {
        turns = List.copyOf(turns);
        if (turns.isEmpty() || turns.size() > 2) {
            throw new IllegalArgumentException("an exchange has 1 or 2 turns, found " + turns.size());
        }
    }
}
