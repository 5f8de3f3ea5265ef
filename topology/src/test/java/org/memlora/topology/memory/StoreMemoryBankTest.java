package org.memlora.topology.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.models.testing.HashEmbedder;
import org.memlora.operators.memory.InMemoryBank;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.MemoryRetriever;
import org.memlora.operators.memory.PictureLink;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.MemoryRecord;
import org.memlora.schemas.registry.EmbeddedSchemaRegistry;
import org.memlora.topology.ReleasedRecords;

/** What retrieval sees of a bank is what the store holds plus what is not yet saved: never less, never more. */
class StoreMemoryBankTest {

    private static final Instant NOON = Instant.parse("2025-03-01T12:00:00Z");

    private final AvroSerdes serdes = AvroSerdes.of("mock://store-memory-bank");
    private final HashEmbedder embedder = new HashEmbedder();
    private final MemoryRetriever retriever = new MemoryRetriever(embedder);
    /** What the store holds. */
    private KeyValueStore<Bytes, byte[]> bytes;
    private final KeyValueStore<Bytes, MemoryRecord> store = store(serdes);
    private final IndexCache cache = new IndexCache(1 << 21);
    private final IndexCache.View indexes = cache.open();

    private KeyValueStore<Bytes, MemoryRecord> store(AvroSerdes serdes) {
        KeyValueBytesStoreSupplier inMemory = Stores.inMemoryKeyValueStore("m");
        bytes = inMemory.get();
        KeyValueStore<Bytes, MemoryRecord> opened = Stores.keyValueStoreBuilder(new KeyValueBytesStoreSupplier() {
            @Override
            public String name() {
                return inMemory.name();
            }

            @Override
            public KeyValueStore<Bytes, byte[]> get() {
                return bytes;
            }

            @Override
            public String metricsScope() {
                return inMemory.metricsScope();
            }
        }, Serdes.Bytes(), serdes.memoryRecords()).withLoggingDisabled().withCachingDisabled().build();
        opened.init(new MockProcessorContext<>().getStateStoreContext(), opened);
        return opened;
    }

    @AfterEach
    void close() {
        serdes.close();
    }

    private StoreMemoryBank bank(String id) {
        return new StoreMemoryBank(id, store, indexes);
    }

    private Memory memory(String id, String text, boolean closed) {
        return new Memory(id, text, NOON, closed ? Optional.of(NOON.plusSeconds(1)) : Optional.empty(), Optional.empty(), List.of("e"),
                Optional.empty(), Optional.empty(), embedder.embed(List.of(text)).get(0));
    }

    private List<String> found(StoreMemoryBank bank) {
        return retriever.retrieve(bank, "Who has a cat?", 10).stream().map(scored -> scored.memory().id()).toList();
    }

    private List<String> similar(StoreMemoryBank bank, String text) {
        return retriever.similar(bank, embedder.embed(List.of(text)).get(0), 0.9, 10).stream().map(scored -> scored.memory().id()).toList();
    }

    @Test
    void shouldShowChangesBeforeTheyAreSaved() {
        StoreMemoryBank bank = bank("b");
        assertThat(found(bank)).isEmpty();
        bank.put(memory("m1", "Ann has a cat", false));
        assertThat(found(bank)).containsExactly("m1");
        bank.put(memory("m1", "Ann has a cat", true));
        assertThat(similar(bank, "Ann has a cat")).as("closed").isEmpty();
        assertThat(store.all()).isExhausted();
    }

    @Test
    void shouldKeepWhatWasSaidAndReadMemoriesThatWereKeptWithoutIt() {
        StoreMemoryBank bank = bank("b");
        Memory plain = memory("m1", "Ben has a cat", false);
        float[] vector = embedder.embed(List.of("Who adopted the tabby?")).get(0);
        bank.put(plain);
        bank.put(new Memory("m2", "Ann lives with animals", NOON, Optional.empty(), Optional.empty(), List.of("e"), Optional.empty(), Optional.empty(),
                embedder.embed(List.of("Ann lives with animals")).get(0),
                Optional.of(new Memory.Said(Set.of("tabby", "adopted"), vector, List.of("Ann: I adopted a tabby")))));
        bank.save();
        StoreMemoryBank anew = new StoreMemoryBank("b", store, cache.open());
        assertThat(anew.get("m1").orElseThrow().said()).isEmpty();
        Memory.Said said = anew.get("m2").orElseThrow().said().orElseThrow();
        assertThat(said.words()).containsExactly("adopted", "tabby");
        assertThat(said.embedding()).isEqualTo(vector);
        assertThat(said.lines()).containsExactly("Ann: I adopted a tabby");
        assertThat(retriever.retrieve(anew, "Who adopted the tabby?", 10)).extracting(scored -> scored.memory().id()).containsExactly("m2", "m1");
    }

    @Test
    void shouldKeepTheLinkToAPicture() {
        StoreMemoryBank bank = bank("b");
        PictureLink link = new PictureLink("aa", Optional.of("https://example.org/cat.jpg"));
        float[] vector = embedder.embed(List.of("Ann has a cat")).get(0);
        bank.put(new Memory("m1", "Ann has a cat", NOON, Optional.empty(), Optional.empty(), List.of("e"), Optional.empty(), Optional.empty(), vector,
                Optional.empty(), Optional.of(link)));
        bank.put(new Memory("m2", "Ann has a dog", NOON, Optional.empty(), Optional.empty(), List.of("e"), Optional.empty(), Optional.empty(), vector,
                Optional.empty(), Optional.of(new PictureLink("bb", Optional.empty()))));
        bank.save();

        StoreMemoryBank anew = new StoreMemoryBank("b", store, cache.open());
        assertThat(anew.get("m1").orElseThrow().picture()).contains(link);
        assertThat(anew.get("m2").orElseThrow().picture()).contains(new PictureLink("bb", Optional.empty()));
    }

    @Test
    void shouldReadAndChangeMemoriesThatAnEarlierReleaseKept(@TempDir Path folder) throws Exception {
        Schema released = new Schema.Parser().parse(Path.of("../schemas/src/test/resources/released/v1/MemoryRecord.avsc").toFile());
        assertThat(released.getField("said")).as("v1 is older than this field").isNull();
        GenericRecord then = new GenericRecordBuilder(released).set("id", "m1").set("text", "Ann lives in Malmö").set("validFrom", NOON.toEpochMilli())
                .set("sourceEventIds", List.of("e-1")).set("embedding", MemoryRecords.toRecord(memory("m1", "Ann lives in Malmö", false)).getEmbedding()).build();
        try (EmbeddedSchemaRegistry registry = EmbeddedSchemaRegistry.start(folder); AvroSerdes current = AvroSerdes.of(registry.url())) {
            KeyValueStore<Bytes, MemoryRecord> opened = store(current);
            bytes.put(BankKey.of("b", "m1"), ReleasedRecords.wireFormat(ReleasedRecords.register(registry.url(), "memories-of-v1-value", released), then));
            StoreMemoryBank bank = new StoreMemoryBank("b", opened, indexes);
            Memory kept = retriever.retrieve(bank, "Where does Ann live?", 10).get(0).memory();
            assertThat(kept.text()).isEqualTo("Ann lives in Malmö");
            assertThat(kept.validFrom()).isEqualTo(NOON);
            assertThat(kept.said()).isEmpty();
            assertThat(kept.picture()).isEmpty();
            bank.put(memory("m1", "Ann lives in Malmö", true));
            bank.save();
            assertThat(new StoreMemoryBank("b", opened, indexes).get("m1").orElseThrow().validTo()).isPresent();
        }
    }

    @Test
    void shouldForgetDiscardedChanges() {
        StoreMemoryBank bank = bank("b");
        bank.put(memory("m1", "Ann has a cat", false));
        bank.save();
        assertThat(found(bank)).containsExactly("m1");
        bank.put(memory("m2", "Ben has a cat", false));
        bank.put(memory("m1", "Ann has a cat", true));
        bank.discard();
        assertThat(found(bank)).containsExactly("m1");
        assertThat(similar(bank, "Ann has a cat")).as("not closed").containsExactly("m1");
        assertThat(bank.get("m2")).isEmpty();
    }

    @Test
    void shouldSeeNothingOfAnAbortedTransactionOnceTheStoreIsOpenedAnew() {
        bank("b").index();
        StoreMemoryBank aborted = bank("b");
        aborted.put(memory("m1", "Ann has a cat", false));
        aborted.save();
        assertThat(found(bank("b"))).containsExactly("m1");

        // The transaction is aborted: the store is rebuilt without the write, the processor initialised again.
        store.delete(BankKey.of("b", "m1"));
        assertThat(found(new StoreMemoryBank("b", store, cache.open()))).isEmpty();
    }

    @Test
    void shouldDropABankWithItsIndex() {
        StoreMemoryBank bank = bank("b");
        bank.put(memory("m1", "Ann has a cat", false));
        bank.save();
        BankKey.deleteAll(store, "b");
        indexes.drop("b");
        assertThat(cache.bytes()).isZero();
        assertThat(found(bank("b"))).isEmpty();
    }

    @Test
    void shouldScoreAlikeFromAnIndexBuiltInAnyOrder() {
        InMemoryBank heap = new InMemoryBank("b");
        StoreMemoryBank grown = bank("b");
        for (int i = 0; i < 200; i++) {
            Memory memory = memory("m" + 31 * i % 200, "Ann saw cat" + i % 7 + " and dog" + i % 5, i % 3 == 0);
            grown.put(memory);
            heap.put(memory);
        }
        grown.save();
        StoreMemoryBank rebuilt = new StoreMemoryBank("b", store, cache.open());
        List<String> expected = scores(retriever.retrieve(grown, "dog3 or cat5 or cat1?", 50));
        assertThat(scores(retriever.retrieve(rebuilt, "dog3 or cat5 or cat1?", 50))).isEqualTo(expected);
        assertThat(scores(retriever.retrieve(heap, "dog3 or cat5 or cat1?", 50))).isEqualTo(expected);
    }

    private static List<String> scores(List<ScoredMemory> scored) {
        return scored.stream().map(one -> one.memory().id() + " " + one.score()).toList();
    }

    @Test
    void shouldKeepWithinItsBoundAndRebuildWhatWasDropped() {
        IntStream.range(0, 2_000).forEach(i -> {
            StoreMemoryBank bank = bank("bank" + i);
            bank.index();
            bank.put(memory("m", "Ann has a cat named name" + i, false));
            bank.save();
        });
        assertThat(cache.bytes()).isBetween(1L << 20, 1L << 21);
        assertThat(cache.banks()).isBetween(500, 1_999);
        assertThat(found(bank("bank0"))).containsExactly("m");
        indexes.close();
        assertThat(cache.bytes()).isZero();
        assertThat(cache.banks()).isZero();
    }

    @Test
    void shouldKeepTheBankInUseEvenIfItIsLargerThanTheBound() {
        IndexCache.View small = new IndexCache(1).open();
        StoreMemoryBank bank = new StoreMemoryBank("b", store, small);
        var index = bank.index();
        bank.put(memory("m1", "Ann has a cat", false));
        assertThat(bank.index()).isSameAs(index);
    }

    @Test
    void shouldDeleteBanksOfAnySize() {
        StoreMemoryBank bank = bank("b");
        IntStream.range(0, 2_500).forEach(i -> bank.put(memory("m" + i, "Ann has a cat", false)));
        bank.save();
        StoreMemoryBank other = bank("bb");
        other.put(memory("m", "Zoe has a dog", false));
        other.save();
        BankKey.deleteAll(store, "b");
        assertThat(store.all()).toIterable().hasSize(1).allMatch(entry -> BankKey.isOf(entry.key, "bb"));
    }
}
