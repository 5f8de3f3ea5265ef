package org.memlora.topology.vision;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

class PictureStoreTest {

    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final long NOW = 100 * DAY;

    private final KeyValueStore<Bytes, byte[]> entries = opened();
    private PictureStore pictures = store();

    private static KeyValueStore<Bytes, byte[]> opened() {
        KeyValueStore<Bytes, byte[]> store = Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore("p"), Serdes.Bytes(), Serdes.ByteArray())
                .withLoggingDisabled().withCachingDisabled().build();
        store.init(new MockProcessorContext<>().getStateStoreContext(), store);
        return store;
    }

    /** 100 bytes in all, 80 for one, kept for 10 days. */
    private PictureStore store() {
        return new PictureStore(entries, new PictureSettings(100, Duration.ofDays(10), Duration.ofSeconds(1), 1, 1, false, 80));
    }

    private static byte[] file(int length) {
        byte[] file = new byte[length];
        Arrays.fill(file, (byte) length);
        return file;
    }

    private List<String> kept(String bank, String... hashes) {
        return Arrays.stream(hashes).filter(hash -> PictureStore.find(entries, bank, hash).isPresent()).toList();
    }

    private int size() {
        List<Bytes> keys = new ArrayList<>();
        try (var all = entries.all()) {
            all.forEachRemaining(entry -> keys.add(entry.key));
        }
        return keys.size();
    }

    @Test
    void shouldKeepAPictureOncePerBank() {
        assertThat(pictures.keep("a", "x", file(30), NOW)).isTrue();
        pictures.keep("a", "x", file(30), NOW + 1);
        pictures.keep("b", "x", file(30), NOW);

        assertThat(PictureStore.find(entries, "a", "x")).contains(file(30));
        assertThat(PictureStore.find(entries, "c", "x")).isEmpty();
        assertThat(pictures.bytes()).isEqualTo(60);
        assertThat(size()).as("three entries each").isEqualTo(6);
    }

    @Test
    void shouldExpireWhatWasNotShownForLong() {
        pictures.keep("a", "old", file(10), NOW);
        pictures.keep("a", "again", file(11), NOW);
        pictures.keep("b", "young", file(12), NOW + 5 * DAY);
        pictures.keep("a", "again", file(11), NOW + 5 * DAY);

        pictures.expire(NOW + 10 * DAY);
        assertThat(kept("a", "old")).as("not a moment too early").isNotEmpty();
        pictures.expire(NOW + 10 * DAY + 1);

        assertThat(kept("a", "old", "again")).containsExactly("again");
        assertThat(kept("b", "young")).hasSize(1);
        assertThat(pictures.bytes()).isEqualTo(23);
        pictures.expire(NOW + 16 * DAY);
        assertThat(size()).isZero();
        assertThat(pictures.bytes()).isZero();
    }

    @Test
    void shouldTakeRoomFromTheOldestOfTheLargestBank() {
        pictures.keep("small", "s", file(20), NOW);
        pictures.keep("large", "l2", file(30), NOW + 2);
        pictures.keep("large", "l1", file(40), NOW + 1);

        pictures.keep("small", "s2", file(20), NOW + 3);
        assertThat(kept("large", "l1", "l2")).as("its oldest went, though another bank's is older").containsExactly("l2");
        assertThat(kept("small", "s", "s2")).hasSize(2);

        pictures.keep("small", "s3", file(45), NOW + 4);
        assertThat(kept("small", "s", "s2", "s3")).as("now its own").containsExactly("s2", "s3");
        assertThat(kept("large", "l2")).hasSize(1);
        assertThat(pictures.bytes()).isEqualTo(95);
    }

    @Test
    void shouldNotKeepWhatIsTooLarge() {
        pictures.keep("a", "x", file(60), NOW);

        assertThat(pictures.keep("a", "huge", file(81), NOW)).isFalse();
        assertThat(kept("a", "x", "huge")).containsExactly("x");
    }

    @Test
    void shouldForgetABankAndNothingElse() {
        pictures.keep("a", "x", file(10), NOW);
        pictures.keep("a", "y", file(20), NOW);
        pictures.keep("ab", "x", file(30), NOW);

        pictures.forget("a");

        assertThat(kept("a", "x", "y")).isEmpty();
        assertThat(kept("ab", "x")).hasSize(1);
        assertThat(pictures.bytes()).isEqualTo(30);
        assertThat(size()).isEqualTo(3);
    }

    @Test
    void shouldKnowWhoseAKeyIs() {
        pictures.keep("a", "x", file(10), NOW);

        List<Boolean> ofA = new ArrayList<>();
        List<Boolean> ofB = new ArrayList<>();
        try (var all = entries.all()) {
            all.forEachRemaining(entry -> {
                ofA.add(PictureStore.isOf(entry.key.get(), "a"));
                ofB.add(PictureStore.isOf(entry.key.get(), "b"));
            });
        }

        assertThat(ofA).containsExactly(true, true, true);
        assertThat(ofB).containsExactly(false, false, false);
        assertThat(PictureStore.isOf(new byte[0], "a")).isFalse();
    }

    @Test
    void shouldCountWhatItFinds() {
        pictures.keep("a", "x", file(40), NOW);
        pictures.keep("b", "y", file(30), NOW);

        pictures = store();

        assertThat(pictures.bytes()).isEqualTo(70);
        pictures.keep("b", "z", file(35), NOW + 1);
        assertThat(kept("b", "y", "z")).containsExactly("z");
        assertThat(kept("a", "x")).hasSize(1);
    }
}
