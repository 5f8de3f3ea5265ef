package org.memlora.topology.memory;

import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.memlora.operators.memory.BankIndex;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.MemoryBank;
import org.memlora.schemas.MemoryRecord;

/**
 * One bank's part of the store. Changes are visible here at once and reach the store with {@link #save()}, so that an
 * attempt that fails half-way leaves nothing behind. The index follows the changes; what undoes them drops it.
 * Threading: the stream thread that owns the store.
 */
public final class StoreMemoryBank implements MemoryBank {

    private final String bankId;
    private final KeyValueStore<Bytes, MemoryRecord> store;
    private final IndexCache.View indexes;
    private final TreeMap<Bytes, Memory> changes = new TreeMap<>();

    public StoreMemoryBank(String bankId, KeyValueStore<Bytes, MemoryRecord> store, IndexCache.View indexes) {
        this.bankId = bankId;
        this.store = store;
        this.indexes = indexes;
    }

    @Override
    public String bankId() {
        return bankId;
    }

    @Override
    public Optional<Memory> get(String memoryId) {
        Bytes key = BankKey.of(bankId, memoryId);
        Memory changed = changes.get(key);
        return changed != null ? Optional.of(changed) : Optional.ofNullable(store.get(key)).map(MemoryRecords::toMemory);
    }

    @Override
    public void put(Memory memory) {
        changes.put(BankKey.of(bankId, memory.id()), memory);
        indexes.put(bankId, memory);
    }

    @Override
    public BankIndex index() {
        return indexes.of(bankId, MemoryBank.super::index);
    }

    @Override
    public void forEach(Consumer<Memory> visitor) {
        Iterator<Map.Entry<Bytes, Memory>> changed = new TreeMap<>(changes).entrySet().iterator();
        Map.Entry<Bytes, Memory> next = advance(changed);
        try (KeyValueIterator<Bytes, MemoryRecord> stored = store.prefixScan(BankKey.prefix(bankId), new BytesSerializer())) {
            while (stored.hasNext()) {
                KeyValue<Bytes, MemoryRecord> entry = stored.next();
                while (next != null && next.getKey().compareTo(entry.key) < 0) {
                    visitor.accept(next.getValue());
                    next = advance(changed);
                }
                if (next != null && next.getKey().equals(entry.key)) {
                    visitor.accept(next.getValue());
                    next = advance(changed);
                } else {
                    visitor.accept(MemoryRecords.toMemory(entry.value));
                }
            }
        }
        for (; next != null; next = advance(changed)) {
            visitor.accept(next.getValue());
        }
    }

    /** Writes the changes to the store. */
    public void save() {
        changes.forEach((key, memory) -> store.put(key, MemoryRecords.toRecord(memory)));
        changes.clear();
    }

    /** Drops the changes not yet saved. */
    public void discard() {
        if (!changes.isEmpty()) {
            indexes.drop(bankId);
            changes.clear();
        }
    }

    private static Map.Entry<Bytes, Memory> advance(Iterator<Map.Entry<Bytes, Memory>> entries) {
        return entries.hasNext() ? entries.next() : null;
    }
}
