package org.memlora.topology.outbox;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.memlora.topology.memory.BankKey;

/** How many records of each bank stand on each output topic: {@link BankKey}(bank, topic) -> 8 bytes, big endian. */
final class OutputNumbers {

    private final KeyValueStore<Bytes, byte[]> store;

    OutputNumbers(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    /** Numbers a further record, from 0. */
    long next(String bankId, String topic) {
        long number = count(bankId, topic);
        store.put(BankKey.of(bankId, topic), ByteBuffer.allocate(Long.BYTES).putLong(number + 1).array());
        return number;
    }

    /** The count, which starts anew. */
    long forget(String bankId, String topic) {
        long count = count(bankId, topic);
        store.delete(BankKey.of(bankId, topic));
        return count;
    }

    private long count(String bankId, String topic) {
        byte[] stored = store.get(BankKey.of(bankId, topic));
        return stored == null ? 0 : ByteBuffer.wrap(stored).getLong();
    }
}
