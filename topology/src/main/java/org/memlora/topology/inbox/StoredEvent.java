package org.memlora.topology.inbox;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;

/**
 * An accepted event as kept in a store; the value is
 * <pre>
 * 8 bytes  timestamp of the source record, big endian
 * rest     value of the source record as it came
 * </pre>
 * and the key in the inbox store is the offset of the source record (8 bytes, big endian): a task reads one partition,
 * so offsets are the order of arrival.
 */
record StoredEvent(long offset, long timestamp, byte[] value) {

    static Bytes key(long offset) {
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(offset).array());
    }

    static StoredEvent read(Bytes key, byte[] stored) {
        return read(ByteBuffer.wrap(key.get()).getLong(), ByteBuffer.wrap(stored));
    }

    static StoredEvent read(long offset, ByteBuffer stored) {
        long timestamp = stored.getLong();
        byte[] value = new byte[stored.remaining()];
        stored.get(value);
        return new StoredEvent(offset, timestamp, value);
    }

    byte[] write() {
        return ByteBuffer.allocate(Long.BYTES + value.length).putLong(timestamp).put(value).array();
    }
}
