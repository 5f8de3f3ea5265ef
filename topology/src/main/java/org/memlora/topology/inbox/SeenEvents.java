package org.memlora.topology.inbox;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.memlora.topology.memory.BankKey;

/**
 * Ids of accepted events, kept for a retention of stream time. Each has two entries:
 * <pre>
 * 'E', hashed {@link BankKey}(bank, event id)      -> 8 bytes, stream time when seen, big endian
 * 'T', 8 bytes of that time, the same BankKey        -> empty; in order of time, for expiry
 * </pre>
 */
final class SeenEvents {

    private static final byte BY_EVENT = 'E';
    private static final byte BY_TIME = 'T';
    private static final byte[] EMPTY = new byte[0];

    private final KeyValueStore<Bytes, byte[]> store;
    private final long retentionMillis;

    /** Where the {@link BankKey} starts in a key of this kind. */
    static int bankKeyAt(byte kind) {
        return kind == BY_TIME ? 1 + Long.BYTES : 1;
    }

    SeenEvents(KeyValueStore<Bytes, byte[]> store, long retentionMillis) {
        this.store = store;
        this.retentionMillis = retentionMillis;
    }

    /** Notes the event; false if it had been seen before. */
    boolean add(String bankId, String eventId, long streamTime) {
        byte[] event = BankKey.hashed(bankId, eventId).get();
        Bytes key = byEvent(event);
        byte[] seenAt = store.get(key);
        if (seenAt != null && ByteBuffer.wrap(seenAt).getLong() >= streamTime - retentionMillis) {
            return false;
        }
        if (seenAt != null) {
            delete(key);
        }
        store.put(key, ByteBuffer.allocate(Long.BYTES).putLong(streamTime).array());
        store.put(byTime(streamTime, event), EMPTY);
        return true;
    }

    void forget(String bankId) {
        scan(byEvent(BankKey.prefix(bankId).get())).forEach(this::delete);
    }

    /** Drops what is older than the retention. */
    void expire(long streamTime) {
        long oldest = streamTime - retentionMillis;
        if (oldest <= 0) {
            return;
        }
        List<Bytes> expired = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> old = store.range(byTime(0, EMPTY), byTime(oldest, EMPTY))) {
            old.forEachRemaining(entry -> expired.add(entry.key));
        }
        for (Bytes timeKey : expired) {
            byte[] key = timeKey.get();
            delete(byEvent(Arrays.copyOfRange(key, 1 + Long.BYTES, key.length)));
        }
    }

    private void delete(Bytes eventKey) {
        byte[] seenAt = store.delete(eventKey);
        byte[] key = eventKey.get();
        store.delete(byTime(ByteBuffer.wrap(seenAt).getLong(), Arrays.copyOfRange(key, 1, key.length)));
    }

    private List<Bytes> scan(Bytes prefix) {
        List<Bytes> keys = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> found = store.prefixScan(prefix, new BytesSerializer())) {
            found.forEachRemaining(entry -> keys.add(entry.key));
        }
        return keys;
    }

    private static Bytes byEvent(byte[] event) {
        return Bytes.wrap(ByteBuffer.allocate(1 + event.length).put(BY_EVENT).put(event).array());
    }

    private static Bytes byTime(long time, byte[] event) {
        return Bytes.wrap(ByteBuffer.allocate(1 + Long.BYTES + event.length).put(BY_TIME).putLong(time).put(event).array());
    }
}
