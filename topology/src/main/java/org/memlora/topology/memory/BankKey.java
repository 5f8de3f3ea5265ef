package org.memlora.topology.memory;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Key of something that belongs to a bank:
 * <pre>
 * 4 bytes  length of the bank id in UTF-8, big endian
 * n bytes  bank id, UTF-8
 * rest     id within the bank (memory id, event id), UTF-8
 * </pre>
 * The length first: no bank's prefix is a prefix of another bank's, so a prefix scan never leaves the bank.
 */
public final class BankKey {

    private static final int DELETED_AT_ONCE = 1_000;

    private BankKey() { }

    public static Bytes of(String bankId, String id) {
        byte[] bank = bankId.getBytes(StandardCharsets.UTF_8);
        byte[] rest = id.getBytes(StandardCharsets.UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(Integer.BYTES + bank.length + rest.length)
                .putInt(bank.length).put(bank).put(rest).array());
    }

    public static Bytes prefix(String bankId) {
        return of(bankId, "");
    }

    public static String bankId(Bytes key) {
        ByteBuffer buffer = ByteBuffer.wrap(key.get());
        byte[] bank = new byte[buffer.getInt()];
        buffer.get(bank);
        return new String(bank, StandardCharsets.UTF_8);
    }

    public static String id(Bytes key) {
        int start = Integer.BYTES + ByteBuffer.wrap(key.get()).getInt();
        return new String(key.get(), start, key.get().length - start, StandardCharsets.UTF_8);
    }

    /** Deletes all entries of the bank, few at a time: a bank may be larger than the heap has room for. */
    public static <V> void deleteAll(KeyValueStore<Bytes, V> store, String bankId) {
        List<Bytes> keys = new ArrayList<>();
        do {
            keys.clear();
            try (KeyValueIterator<Bytes, V> all = store.prefixScan(prefix(bankId), new BytesSerializer())) {
                while (all.hasNext() && keys.size() < DELETED_AT_ONCE) {
                    keys.add(all.next().key);
                }
            }
            keys.forEach(store::delete);
        } while (keys.size() == DELETED_AT_ONCE);
    }
}
