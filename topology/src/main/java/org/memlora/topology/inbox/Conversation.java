package org.memlora.topology.inbox;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/**
 * What pairing must know of a bank between two events; the value in the store is
 * <pre>
 * 8 bytes  time of the bank's latest turn, epoch milliseconds, big endian
 * rest     nothing, or 8 bytes offset and the {@link StoredEvent} of the turn that waits for its partner
 * </pre>
 */
record Conversation(Instant lastTurnTime, Optional<StoredEvent> openTurn) {

    static Conversation read(byte[] stored) {
        ByteBuffer buffer = ByteBuffer.wrap(stored);
        Instant time = Instant.ofEpochMilli(buffer.getLong());
        return new Conversation(time, buffer.hasRemaining()
                ? Optional.of(StoredEvent.read(buffer.getLong(), buffer)) : Optional.empty());
    }

    byte[] write() {
        byte[] open = openTurn.map(StoredEvent::write).orElse(new byte[0]);
        ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES + (openTurn.isPresent() ? Long.BYTES : 0) + open.length)
                .putLong(lastTurnTime.toEpochMilli());
        openTurn.ifPresent(turn -> buffer.putLong(turn.offset()).put(open));
        return buffer.array();
    }
}
