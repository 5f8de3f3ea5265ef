package org.memlora.topology.inbox;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;
import org.memlora.topology.memory.BankKey;

/** Reads the entries of the inbox's stores outside of it, from their changelogs. */
public final class StoredKeys {

    private StoredKeys() { }

    /** True for an entry of the store of seen events that is of the bank. */
    public static boolean isSeenOf(byte[] key, String bankId) {
        return BankKey.isOf(Bytes.wrap(Arrays.copyOfRange(key, SeenEvents.bankKeyAt(key[0]), key.length)), bankId);
    }

    /** The value of the source record in a value of the inbox store. */
    public static byte[] inboxEvent(ByteBuffer stored) {
        return StoredEvent.read(0, stored).value();
    }
}
