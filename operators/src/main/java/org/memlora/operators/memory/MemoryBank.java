package org.memlora.operators.memory;

import java.util.Optional;
import java.util.function.Consumer;

/** The memories of one bank; no way leads from here to another bank's. */
public interface MemoryBank {

    String bankId();

    Optional<Memory> get(String memoryId);

    /** Adds the memory, or replaces the one with its id. */
    void put(Memory memory);

    /** Visits all memories, closed ones included, in the order of their ids. */
    void forEach(Consumer<Memory> visitor);

    /** What retrieval scans in place of the memories. Implementations keep one up to date; this makes a new one each time. */
    default BankIndex index() {
        BankIndex index = new BankIndex();
        forEach(index::put);
        return index;
    }
}
