package org.memlora.topology.memory;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.memlora.operators.memory.BankIndex;
import org.memlora.operators.memory.Memory;

/**
 * The indexes of the banks used last, for all stream threads of a worker, within a bound of heap. An index that was
 * dropped is built again from the store. It mirrors the store, uncommitted writes of the running transaction included,
 * so whoever opens a store anew, after an abort as well, must take a new {@link View}. Threading: may be called by all
 * threads; an index belongs to the thread of its view.
 */
public final class IndexCache {

    private static final int FIRST_CAPACITY = 64;
    private static final float LOAD_FACTOR = 0.75f;

    private record Key(View view, String bankId) { }

    /** {@code bytes}: as last counted. */
    private record Counted(BankIndex index, long bytes) { }

    private final long maxBytes;
    private final LinkedHashMap<Key, Counted> recent = new LinkedHashMap<>(FIRST_CAPACITY, LOAD_FACTOR, true);
    private long bytes;

    /** @param maxBytes heap for all indexes; the index used last stays even if it alone needs more */
    public IndexCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** The indexes of one opened store. */
    public View open() {
        return new View();
    }

    public synchronized long bytes() {
        return bytes;
    }

    public synchronized int banks() {
        return recent.size();
    }

    private synchronized BankIndex find(Key key) {
        Counted counted = recent.get(key);
        return counted == null ? null : counted.index;
    }

    private synchronized void keep(Key key, BankIndex index) {
        Counted counted = new Counted(index, index.bytes());
        Counted before = recent.put(key, counted);
        bytes += counted.bytes - (before == null ? 0 : before.bytes);
        Iterator<Map.Entry<Key, Counted>> eldest = recent.entrySet().iterator();
        while (bytes > maxBytes && recent.size() > 1) {
            bytes -= eldest.next().getValue().bytes;
            eldest.remove();
        }
    }

    private synchronized void remove(Key key) {
        Counted counted = recent.remove(key);
        bytes -= counted == null ? 0 : counted.bytes;
    }

    private synchronized void removeAll(View view) {
        recent.entrySet().removeIf(entry -> {
            boolean mine = entry.getKey().view == view;
            bytes -= mine ? entry.getValue().bytes : 0;
            return mine;
        });
    }

    /** One store's part of the cache. Threading: the stream thread that owns the store. */
    public final class View implements AutoCloseable {

        private View() { }

        BankIndex of(String bankId, Supplier<BankIndex> load) {
            Key key = new Key(this, bankId);
            BankIndex index = find(key);
            if (index == null) {
                index = load.get();
                keep(key, index);
            }
            return index;
        }

        /** A memory was added or replaced; nothing happens where the bank has no index. */
        void put(String bankId, Memory memory) {
            Key key = new Key(this, bankId);
            BankIndex index = find(key);
            if (index != null) {
                index.put(memory);
                keep(key, index);
            }
        }

        public void drop(String bankId) {
            remove(new Key(this, bankId));
        }

        @Override
        public void close() {
            removeAll(this);
        }
    }
}
