package org.memlora.operators.memory;

import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A bank in the heap, for evaluation and tests. Threading: one thread. */
public final class InMemoryBank implements MemoryBank {

    private final String bankId;
    private final TreeMap<String, Memory> memories = new TreeMap<>();
    private final BankIndex index = new BankIndex();

    public InMemoryBank(String bankId) {
        this.bankId = bankId;
    }

    @Override
    public String bankId() {
        return bankId;
    }

    @Override
    public Optional<Memory> get(String memoryId) {
        return Optional.ofNullable(memories.get(memoryId));
    }

    @Override
    public void put(Memory memory) {
        memories.put(memory.id(), memory);
        index.put(memory);
    }

    @Override
    public void forEach(Consumer<Memory> visitor) {
        memories.values().forEach(visitor);
    }

    @Override
    public BankIndex index() {
        return index;
    }
}
