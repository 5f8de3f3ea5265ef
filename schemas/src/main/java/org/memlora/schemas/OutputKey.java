package org.memlora.schemas;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Utils;

/**
 * Keys of what workers write: {@code <bank id>#<number>}, one of its own for each record, so that a tombstone of that key
 * erases the record from a compacted topic. Partitions follow from the bank alone, as in conversation-events: a bank's
 * records stay in order. Nothing stands before the # where no bank is known.
 */
public final class OutputKey {

    private static final char SEPARATOR = '#';
    private static final String MARKER = SEPARATOR + "sweep:";

    private OutputKey() {
    }

    /** {@code id} must not contain a #. */
    public static String of(String bankId, String id) {
        return bankId + SEPARATOR + id;
    }

    /** The bank of a key; a key without a number is a bank's id itself. */
    public static String bankId(String key) {
        int end = key.lastIndexOf(SEPARATOR);
        return end < 0 ? key : key.substring(0, end);
    }

    /** Key of a record without a value that goes to the partition of the bank with this hash, or to the partition of this number. */
    public static String marker(int hash) {
        return MARKER + hash;
    }

    /** True for keys of {@link #marker}; no bank has such a key. */
    public static boolean isMarker(String key) {
        return key != null && key.startsWith(MARKER) && key.lastIndexOf(SEPARATOR) == 0;
    }

    /** As Kafka's own producers hash a key that is the bank's id. */
    public static int hash(String bankId) {
        return Utils.toPositive(Utils.murmur2(bankId.getBytes(StandardCharsets.UTF_8)));
    }

    /** Where a record with this key belongs. */
    public static int partition(String key, int partitions) {
        return isMarker(key) ? Integer.parseInt(key.substring(MARKER.length())) % partitions : bankPartition(bankId(key), partitions);
    }

    /** Where a bank's events and outputs belong. */
    public static int bankPartition(String bankId, int partitions) {
        return hash(bankId) % partitions;
    }
}
