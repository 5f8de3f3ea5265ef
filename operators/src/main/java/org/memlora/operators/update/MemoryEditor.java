package org.memlora.operators.update;

import java.time.Instant;
import java.util.Optional;
import org.memlora.operators.extraction.Fact;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.MemoryBank;

/** Applies decided operations to a bank. UPDATE and DELETE are logical: the target is closed and stays readable. */
final class MemoryEditor {

    private MemoryEditor() { }

    static MemoryChange add(MemoryBank bank, Fact fact, float[] embedding, String decidedBy) {
        Memory memory = memory(fact, embedding, Optional.empty(), Optional.empty(), Optional.empty());
        bank.put(memory);
        return new MemoryChange(MemoryOperation.ADD, fact, Optional.of(memory), Optional.empty(), decidedBy);
    }

    static MemoryChange none(Fact fact, Memory target, String decidedBy) {
        return new MemoryChange(MemoryOperation.NONE, fact, Optional.empty(), Optional.of(target), decidedBy);
    }

    /**
     * Closes the target in favour of the fact. A DELETE keeps the fact as a memory, too: "love" then "hate" must not
     * leave an empty bank (mem0#4536). A fact said before the target can't close it: it is stored already closed.
     */
    static MemoryChange replace(MemoryOperation operation, MemoryBank bank, Fact fact, float[] embedding, Memory target) {
        if (fact.saidAt().isBefore(target.validFrom())) {
            Memory late = memory(fact, embedding, Optional.of(target.validFrom()), Optional.empty(), Optional.of(target.id()));
            bank.put(late);
            return new MemoryChange(MemoryOperation.ADD, fact, Optional.of(late), Optional.of(target), "late-fact");
        }
        Memory memory = memory(fact, embedding, Optional.empty(), Optional.of(target.id()), Optional.empty());
        Memory closed = new Memory(target.id(), target.text(), target.validFrom(), Optional.of(fact.saidAt()),
                target.occurredOn(), target.sourceEventIds(), target.supersedes(), Optional.of(memory.id()), target.embedding());
        bank.put(closed);
        bank.put(memory);
        return new MemoryChange(operation, fact, Optional.of(memory), Optional.of(closed), "model");
    }

    private static Memory memory(
            Fact fact, float[] embedding, Optional<Instant> validTo, Optional<String> supersedes, Optional<String> supersededBy) {
        return new Memory(fact.id(), fact.text(), fact.saidAt(), validTo, fact.occurredOn(), fact.sourceEventIds(),
                supersedes, supersededBy, embedding);
    }
}
