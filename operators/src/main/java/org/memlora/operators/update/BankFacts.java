package org.memlora.operators.update;

import java.util.List;
import org.memlora.operators.extraction.Fact;
import org.memlora.operators.memory.MemoryBank;

/** New facts of one bank, in the bank's order. */
public record BankFacts(MemoryBank bank, List<Fact> facts) {
    public BankFacts {
        facts = List.copyOf(facts);
    }
}
