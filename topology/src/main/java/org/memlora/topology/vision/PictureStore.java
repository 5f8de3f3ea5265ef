package org.memlora.topology.vision;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.memlora.topology.memory.BankKey;

/**
 * The files of pictures that banks were shown, each once per bank, for a later look. Each has three entries; numbers are big endian:
 * <pre>
 * 'P', hashed {@link BankKey}(bank, picture's hash)       -> the file
 * 'I', the same BankKey                                    -> 8 bytes stream time when last shown, 8 bytes size of the file
 * 'T', 8 bytes of that time, the same BankKey              -> 8 bytes size of the file; in order of time, for expiry
 * </pre>
 * Where all files together are larger than the limit, the bank with most bytes loses its oldest: one bank's pictures don't drive out
 * another's. Nothing is shared between banks, so that a Forget needs to ask nobody. Threading: the stream thread that owns the store.
 */
public final class PictureStore {

    private static final byte FILE = 'P';
    private static final byte INFO = 'I';
    private static final byte BY_TIME = 'T';
    private static final byte[] EMPTY = new byte[0];

    private final KeyValueStore<Bytes, byte[]> store;
    private final PictureSettings settings;
    private final Map<Bytes, Long> bytesOfBanks = new HashMap<>();
    private long bytes;

    /** The picture's time and size. */
    private record Info(long shownAt, long size) {
        static Info read(byte[] stored) {
            ByteBuffer buffer = ByteBuffer.wrap(stored);
            return new Info(buffer.getLong(), buffer.getLong());
        }

        byte[] write() {
            return ByteBuffer.allocate(2 * Long.BYTES).putLong(shownAt).putLong(size).array();
        }
    }

    PictureStore(KeyValueStore<Bytes, byte[]> store, PictureSettings settings) {
        this.store = store;
        this.settings = settings;
        try (KeyValueIterator<Bytes, byte[]> all = store.range(byTime(0, EMPTY), byTime(Long.MAX_VALUE, EMPTY))) {
            all.forEachRemaining(entry -> count(bankKey(entry.key), ByteBuffer.wrap(entry.value).getLong()));
        }
    }

    /** The file, if it is kept. */
    static Optional<byte[]> find(KeyValueStore<Bytes, byte[]> store, String bankId, String hash) {
        return Optional.ofNullable(store.get(key(FILE, BankKey.hashed(bankId, hash).get())));
    }

    /** True for a key of the store that is of the bank. */
    public static boolean isOf(byte[] key, String bankId) {
        return key.length > 0 && BankKey.isOf(Bytes.wrap(bankKey(Bytes.wrap(key))), bankId);
    }

    long bytes() {
        return bytes;
    }

    /** Keeps the file, or notes that it was shown again; false if it is too large to be kept at all. */
    boolean keep(String bankId, String hash, byte[] file, long streamTime) {
        if (file.length > settings.keptMaxBytes() || file.length > settings.storeMaxBytes()) {
            return false;
        }
        byte[] bankKey = BankKey.hashed(bankId, hash).get();
        byte[] known = store.get(key(INFO, bankKey));
        if (known != null) {
            store.delete(byTime(Info.read(known).shownAt, bankKey));
        } else {
            makeRoom(BankKey.prefix(bankId), file.length);
            store.put(key(FILE, bankKey), file);
            count(bankKey, file.length);
        }
        store.put(key(INFO, bankKey), new Info(streamTime, file.length).write());
        store.put(byTime(streamTime, bankKey), ByteBuffer.allocate(Long.BYTES).putLong(file.length).array());
        return true;
    }

    /** Drops what was last shown before the time of expiry. */
    void expire(long streamTime) {
        long oldest = streamTime - settings.expiry().toMillis();
        if (oldest <= 0) {
            return;
        }
        List<Bytes> expired = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> old = store.range(byTime(0, EMPTY), byTime(oldest, EMPTY))) {
            old.forEachRemaining(entry -> expired.add(entry.key));
        }
        expired.forEach(key -> drop(bankKey(key)));
    }

    void forget(String bankId) {
        infos(BankKey.prefix(bankId)).forEach(entry -> drop(bankKey(entry.key)));
    }

    private void makeRoom(Bytes forBank, long size) {
        while (bytes + size > settings.storeMaxBytes()) {
            Bytes largest = bytesOfBanks.keySet().stream().max((one, other) -> {
                int order = Long.compare(withNew(one, forBank, size), withNew(other, forBank, size));
                return order != 0 ? order : one.compareTo(other);
            }).orElseThrow();
            KeyValue<Bytes, byte[]> oldest = infos(largest).stream().min((one, other) -> {
                int order = Long.compare(Info.read(one.value).shownAt, Info.read(other.value).shownAt);
                return order != 0 ? order : one.key.compareTo(other.key);
            }).orElseThrow();
            drop(bankKey(oldest.key));
        }
    }

    private long withNew(Bytes bank, Bytes forBank, long size) {
        return bytesOfBanks.get(bank) + (bank.equals(forBank) ? size : 0);
    }

    private void drop(byte[] bankKey) {
        Info info = Info.read(store.delete(key(INFO, bankKey)));
        store.delete(key(FILE, bankKey));
        store.delete(byTime(info.shownAt, bankKey));
        count(bankKey, -info.size);
    }

    private void count(byte[] bankKey, long more) {
        bytes += more;
        bytesOfBanks.merge(BankKey.bankOf(bankKey), more, (before, now) -> before + now == 0 ? null : before + now);
    }

    private List<KeyValue<Bytes, byte[]>> infos(Bytes bank) {
        List<KeyValue<Bytes, byte[]>> infos = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> found = store.prefixScan(key(INFO, bank.get()), new BytesSerializer())) {
            found.forEachRemaining(infos::add);
        }
        return infos;
    }

    private static Bytes key(byte kind, byte[] bankKey) {
        return Bytes.wrap(ByteBuffer.allocate(1 + bankKey.length).put(kind).put(bankKey).array());
    }

    private static Bytes byTime(long time, byte[] bankKey) {
        return Bytes.wrap(ByteBuffer.allocate(1 + Long.BYTES + bankKey.length).put(BY_TIME).putLong(time).put(bankKey).array());
    }

    private static byte[] bankKey(Bytes key) {
        byte[] bytes = key.get();
        return Arrays.copyOfRange(bytes, bytes[0] == BY_TIME ? 1 + Long.BYTES : 1, bytes.length);
    }
}
