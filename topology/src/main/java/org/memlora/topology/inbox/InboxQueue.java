package org.memlora.topology.inbox;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** First in, first out, over the inbox store; what waits survives a crash. */
final class InboxQueue {

    private final KeyValueStore<Bytes, byte[]> store;
    private int size;
    /** Everything below was taken: scans start here and don't wade through RocksDB's tombstones. */
    private long head;

    InboxQueue(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
        try (KeyValueIterator<Bytes, byte[]> left = store.all()) {
            left.forEachRemaining(entry -> size++);
        }
    }

    int size() {
        return size;
    }

    void add(StoredEvent event) {
        store.put(StoredEvent.key(event.offset()), event.write());
        size++;
    }

    /** Removes and returns the first {@code count} events, or all if fewer wait. */
    List<StoredEvent> take(int count) {
        List<StoredEvent> taken = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> waiting = store.range(StoredEvent.key(head), null)) {
            while (taken.size() < count && waiting.hasNext()) {
                KeyValue<Bytes, byte[]> entry = waiting.next();
                taken.add(StoredEvent.read(entry.key, entry.value));
            }
        }
        for (StoredEvent event : taken) {
            store.delete(StoredEvent.key(event.offset()));
            head = event.offset() + 1;
        }
        size -= taken.size();
        return taken;
    }
}
