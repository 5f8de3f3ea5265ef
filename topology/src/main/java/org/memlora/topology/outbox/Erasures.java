package org.memlora.topology.outbox;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What remains to be done after Forgets, without the banks' names; times are epoch milliseconds, all big endian, values
 * are empty:
 * <pre>
 * 'S', 8 bytes due, 4 bytes hash of the bank    a sweep
 * 'M'                                           a marker was sent to the events and has not come back yet
 * 'D', 8 bytes due, 8 bytes offset              the events before the offset are to be deleted
 * </pre>
 */
final class Erasures {

    private static final byte SWEEP = 'S';
    private static final byte DELETION = 'D';
    private static final Bytes MARKER = Bytes.wrap(new byte[] {'M'});
    private static final byte[] EMPTY = new byte[0];

    private final KeyValueStore<Bytes, byte[]> store;

    Erasures(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    void sweepAt(long due, int hash) {
        store.put(Bytes.wrap(ByteBuffer.allocate(1 + Long.BYTES + Integer.BYTES).put(SWEEP).putLong(due).putInt(hash).array()), EMPTY);
    }

    /** Hashes of the banks whose sweep is due; they are taken off the list. */
    List<Integer> takeSweeps(long now) {
        return take(SWEEP, now).stream().map(key -> key.getInt(1 + Long.BYTES)).toList();
    }

    void markerSent() {
        store.put(MARKER, EMPTY);
    }

    /** False for a marker that was not sent from here. */
    boolean takeMarker() {
        return store.delete(MARKER) != null;
    }

    void deleteAt(long due, long offset) {
        store.put(Bytes.wrap(ByteBuffer.allocate(1 + 2 * Long.BYTES).put(DELETION).putLong(due).putLong(offset).array()), EMPTY);
    }

    /** The highest offset before which events are due for deletion; all that are due are taken off the list. */
    OptionalLong takeDeletion(long now) {
        return take(DELETION, now).stream().mapToLong(key -> key.getLong(1 + Long.BYTES)).max();
    }

    private List<ByteBuffer> take(byte kind, long now) {
        List<ByteBuffer> due = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> entries = store.range(from(kind, 0), from(kind, now + 1))) {
            entries.forEachRemaining(entry -> due.add(ByteBuffer.wrap(entry.key.get())));
        }
        due.forEach(key -> store.delete(Bytes.wrap(key.array())));
        return due;
    }

    private static Bytes from(byte kind, long time) {
        return Bytes.wrap(ByteBuffer.allocate(1 + Long.BYTES).put(kind).putLong(time).array());
    }
}
