package org.memlora.topology.memory;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Key of something that belongs to a bank:
 * <pre>
 * 16 bytes  start of the SHA-256 of the bank id in UTF-8
 * rest      id within the bank: text in UTF-8, or 16 bytes hashed alike
 * </pre>
 * The bank first, in a fixed length: a prefix scan never leaves the bank. Hashed, because keys outlive what they stood for, in
 * tombstones of changelogs and in RocksDB's manifests, and nobody shall read there whose bank was forgotten.
 */
public final class BankKey {

    private static final int DELETED_AT_ONCE = 1_000;
    private static final int HASH_BYTES = 16;

    private BankKey() { }

    /** {@code id} stays readable: it must be a name of ours. */
    public static Bytes of(String bankId, String id) {
        return join(hash(bankId), id.getBytes(StandardCharsets.UTF_8));
    }

    /** For an id that others gave. */
    public static Bytes hashed(String bankId, String id) {
        return join(hash(bankId), hash(id));
    }

    public static Bytes prefix(String bankId) {
        return Bytes.wrap(hash(bankId));
    }

    /** The {@link #prefix} of a key's bank. */
    public static Bytes bankOf(byte[] key) {
        return Bytes.wrap(Arrays.copyOf(key, HASH_BYTES));
    }

    public static boolean isOf(Bytes key, String bankId) {
        return key.get().length >= HASH_BYTES && Arrays.equals(key.get(), 0, HASH_BYTES, hash(bankId), 0, HASH_BYTES);
    }

    private static Bytes join(byte[] bank, byte[] id) {
        return Bytes.wrap(ByteBuffer.allocate(bank.length + id.length).put(bank).put(id).array());
    }

    private static byte[] hash(String text) {
        return Arrays.copyOf(DigestUtils.sha256(text), HASH_BYTES);
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
