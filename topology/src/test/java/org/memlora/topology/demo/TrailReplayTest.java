package org.memlora.topology.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.junit.jupiter.api.Test;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.MemoryRecord;
import org.memlora.schemas.OperationKind;
import org.memlora.topology.memory.BankKey;

class TrailReplayTest {

    private static final Instant MARCH = Instant.parse("2025-03-01T10:00:00Z");
    private static final Instant APRIL = Instant.parse("2025-04-01T10:00:00Z");

    private final Map<Bytes, MemoryRecord> memories = new TreeMap<>();
    private final TrailReplay replay = new TrailReplay();

    private static MemoryOperation operation(OperationKind kind, Instant time, String fact, String memory, String target) {
        return new MemoryOperation("o", "ann", kind, time, fact, memory, target, null, null, List.of("e1"), "model", null);
    }

    private void store(String id, String text, Instant from, Instant to) {
        memories.put(BankKey.of("ann", id), new MemoryRecord(id, text, from, to, null, List.of("e1"), null, null, ByteBuffer.allocate(0), null, null));
    }

    @Test
    void aStoreThatHoldsWhatTheOperationsSayHasNoDifferences() {
        replay.apply(operation(OperationKind.ADD, MARCH, "Ann lives in Rome", "m1", null));
        replay.apply(operation(OperationKind.UPDATE, APRIL, "Ann lives in Oslo", "m2", "m1"));
        store("m1", "Ann lives in Rome", MARCH, APRIL);
        store("m2", "Ann lives in Oslo", APRIL, null);

        assertThat(replay.differences(new Kept(memories))).isEmpty();
        assertThat(replay.memories()).isEqualTo(2);
    }

    @Test
    void lostDoubledAndChangedMemoriesAreNamed() {
        replay.apply(operation(OperationKind.ADD, MARCH, "Ann lives in Rome", "m1", null));
        replay.apply(operation(OperationKind.ADD, MARCH, "Ann has a cat", "m2", null));
        store("m1", "Ann lives in Rome", MARCH, APRIL);
        store("m3", "Ann has a cat", MARCH, null);

        assertThat(replay.differences(new Kept(memories))).hasSize(3)
                .anyMatch(line -> line.startsWith("bank ann, memory m1: ") && line.contains(APRIL.toString()))
                .anyMatch(line -> line.startsWith("bank ann, memory m2: ") && line.endsWith("store nothing"))
                .anyMatch(line -> line.startsWith("in the store and in no operation: "));
    }

    /** Of a map. */
    private record Kept(Map<Bytes, MemoryRecord> entries) implements ReadOnlyKeyValueStore<Bytes, MemoryRecord> {

        @Override
        public MemoryRecord get(Bytes key) {
            return entries.get(key);
        }

        @Override
        public KeyValueIterator<Bytes, MemoryRecord> range(Bytes from, Bytes to) {
            throw new UnsupportedOperationException();
        }

        @Override
        public KeyValueIterator<Bytes, MemoryRecord> all() {
            var iterator = entries.entrySet().iterator();
            return new KeyValueIterator<>() {
                @Override
                public void close() { }

                @Override
                public Bytes peekNextKey() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public boolean hasNext() {
                    return iterator.hasNext();
                }

                @Override
                public KeyValue<Bytes, MemoryRecord> next() {
                    var next = iterator.next();
                    return KeyValue.pair(next.getKey(), next.getValue());
                }
            };
        }

        @Override
        public long approximateNumEntries() {
            return entries.size();
        }
    }
}
