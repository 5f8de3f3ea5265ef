package org.memlora.operators.update;
import java.util.List; import org.memlora.operators.extraction.Fact; import org.memlora.operators.memory.MemoryBank;
public record BankFacts(MemoryBank bank, List<Fact> facts) { }
