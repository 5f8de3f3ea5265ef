package org.memlora.operators.update;

import java.time.Instant;
import java.util.Optional;
import org.memlora.operators.extraction.Fact;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.MemoryBank;
import org.memlora.operators.memory.Words;

/** Applies decided operations to a bank. UPDATE and DELETE are logical: the target is closed and stays readable. */
final class MemoryEditor {

    private MemoryEditor() { }

    static MemoryChange add(MemoryBank bank, Fact fact, FactVectors vectors, String decidedBy) {
        Memory memory = memory(fact, vectors, Optional.empty(), Optional.empty(), Optional.empty());
        bank.put(memory);
        return new MemoryChange(MemoryOperation.ADD, fact, Optional.of(memory), Optional.empty(), decidedBy);
    }

    /** What is known already may be seen now, or in another picture: the target is linked to the fact's. */
    static MemoryChange none(MemoryBank bank, Fact fact, Memory target, String decidedBy) {
        if (fact.picture().isEmpty() || fact.picture().equals(target.picture())) {
            return new MemoryChange(MemoryOperation.NONE, fact, Optional.empty(), Optional.of(target), decidedBy);
        }
        Memory seen = new Memory(target.id(), target.text(), target.validFrom(), target.validTo(), target.occurredOn(), target.sourceEventIds(),
                target.supersedes(), target.supersededBy(), target.embedding(), target.said(), fact.picture());
        bank.put(seen);
        return new MemoryChange(MemoryOperation.NONE, fact, Optional.empty(), Optional.of(seen), decidedBy);
    }

    /**
     * Closes the target in favour of the fact. A DELETE keeps the fact as a memory, too: "love" then "hate" must not
     * leave an empty bank (mem0#4536). A fact said before the target can't close it: it is stored already closed.
     */
    static MemoryChange replace(MemoryOperation operation, MemoryBank bank, Fact fact, FactVectors vectors, Memory target,
            String decidedBy) {
        if (fact.saidAt().isBefore(target.validFrom())) {
            Memory late = memory(fact, vectors, Optional.of(target.validFrom()), Optional.empty(), Optional.of(target.id()));
            bank.put(late);
            return new MemoryChange(MemoryOperation.ADD, fact, Optional.of(late), Optional.of(target), "late-fact");
        }
        Memory memory = memory(fact, vectors, Optional.empty(), Optional.of(target.id()), Optional.empty());
        Memory closed = new Memory(target.id(), target.text(), target.validFrom(), Optional.of(fact.saidAt()),
                target.occurredOn(), target.sourceEventIds(), target.supersedes(), Optional.of(memory.id()), target.embedding(), target.said(),
                target.picture());
        bank.put(closed);
        bank.put(memory);
        return new MemoryChange(operation, fact, Optional.of(memory), Optional.of(closed), decidedBy);
    }

    private static Memory memory(
            Fact fact, FactVectors vectors, Optional<Instant> validTo, Optional<String> supersedes, Optional<String> supersededBy) {
        return new Memory(fact.id(), fact.text(), fact.saidAt(), validTo, fact.occurredOn(), fact.sourceEventIds(),
                supersedes, supersededBy, vectors.fact(), Optional.of(new Memory.Said(Words.content(fact.said()), vectors.said(), fact.sourceLines())),
                fact.picture());
    }
}
