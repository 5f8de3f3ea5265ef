package org.memlora.topology.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

class InboxQueueTest {

    private final KeyValueStore<Bytes, byte[]> store = store();

    private static KeyValueStore<Bytes, byte[]> store() {
        KeyValueStore<Bytes, byte[]> store = Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore("q"), Serdes.Bytes(), Serdes.ByteArray())
                .withLoggingDisabled().withCachingDisabled().build();
        store.init(new MockProcessorContext<>().getStateStoreContext(), store);
        return store;
    }

    private static StoredEvent event(long offset) {
        return new StoredEvent(offset, 7, new byte[] {(byte) offset});
    }

    @Test
    void shouldGiveEventsInTheOrderOfTheirOffsets() {
        InboxQueue queue = new InboxQueue(store);
        for (long offset : List.of(1L, 3L, 255L, 256L, 70_000L)) {
            queue.add(event(offset));
        }

        assertThat(queue.take(2)).extracting(StoredEvent::offset).containsExactly(1L, 3L);
        assertThat(queue.size()).isEqualTo(3);
        queue.add(event(70_001));
        assertThat(queue.take(100)).extracting(StoredEvent::offset).containsExactly(255L, 256L, 70_000L, 70_001L);
        assertThat(queue.take(1)).isEmpty();
        assertThat(queue.size()).isZero();
    }

    @Test
    void shouldGoOnAfterARestart() {
        InboxQueue before = new InboxQueue(store);
        before.add(event(4));
        before.add(event(5));
        before.take(1);

        InboxQueue after = new InboxQueue(store);

        assertThat(after.size()).isEqualTo(1);
        assertThat(after.take(9)).singleElement().satisfies(event -> {
            assertThat(event.offset()).isEqualTo(5);
            assertThat(event.timestamp()).isEqualTo(7);
            assertThat(event.value()).containsExactly(5);
        });
    }
}
