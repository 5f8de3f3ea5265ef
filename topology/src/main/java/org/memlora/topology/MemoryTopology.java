package org.memlora.topology;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;
import org.memlora.schemas.OutputKey;
import org.memlora.schemas.Topics;
import org.memlora.topology.extraction.ExtractionProcessor;
import org.memlora.topology.flow.Names;
import org.memlora.topology.flow.StageCalls;
import org.memlora.topology.generation.GenerationProcessor;
import org.memlora.topology.inbox.InboxProcessor;
import org.memlora.topology.memory.IndexCache;
import org.memlora.topology.monitoring.PipelineMetrics;
import org.memlora.topology.outbox.EventsTopic;
import org.memlora.topology.outbox.OutboxProcessor;
import org.memlora.topology.update.QuestionMemories;
import org.memlora.topology.update.UpdateProcessor;
import org.memlora.topology.vision.PictureLoader;
import org.memlora.topology.vision.VisionProcessor;

/**
 * The graph: one sub-topology, so that all stages of a bank share a partition and a transaction.
 * <pre>
 * conversation-events -> inbox -> vision -> extraction -> update -> generation
 *                          |         |          |           |           |
 *                          +---------+----------+-----------+-----------+--> outbox -> answers, memory-operations, dead-letters
 * </pre>
 */
public final class MemoryTopology {

    private MemoryTopology() { }

    /** Builds the graph; starts nothing. */
    public static Topology build(PipelineSettings settings, MemoryOperators operators, PipelineSerdes serdes, EventsTopic events,
            PipelineMetrics metrics) {
        StageCalls calls = settings.stageCalls();
        int memories = settings.number(PipelineSettings.QUESTION_MEMORIES);
        IndexCache indexes = new IndexCache(settings.bytes(PipelineSettings.INDEX_MEMORY_BYTES));
        metrics.indexes(indexes);
        PictureLoader pictures = new PictureLoader(settings.pictures());
        Topology topology = new Topology();
        topology.addSource(Names.EVENTS_SOURCE, new StringDeserializer(), new ByteArrayDeserializer(), Topics.CONVERSATION_EVENTS.name());
        topology.addProcessor(Names.INBOX,
                () -> new InboxProcessor(settings.inbox(), Topics.CONVERSATION_EVENTS.name(), serdes.events(), operators.vision().isPresent(), events::partitions,
                        metrics),
                Names.EVENTS_SOURCE);
        topology.addProcessor(Names.VISION, () -> new VisionProcessor(operators.vision(), pictures, settings.pictures(), calls, metrics),
                Names.INBOX);
        topology.addProcessor(Names.EXTRACTION, () -> new ExtractionProcessor(operators.extraction(), calls, metrics), Names.VISION);
        topology.addProcessor(Names.UPDATE, () -> new UpdateProcessor(operators.update(),
                        new QuestionMemories(operators.retriever(), memories, calls, metrics), calls, indexes, metrics),
                Names.EXTRACTION);
        topology.addProcessor(Names.GENERATION,
                () -> new GenerationProcessor(operators.generation(), operators.vision(), pictures, calls, settings.number(PipelineSettings.QUESTION_TOLD),
                        operators.model(), metrics), Names.UPDATE);
        ErasableStores stores = new ErasableStores();
        topology.addProcessor(Names.OUTBOX, () -> new OutboxProcessor(settings.erasureTimes(), stores::compact, events,
                        settings.number(PipelineSettings.EVENT_MAX_BYTES), metrics),
                Names.INBOX, Names.VISION, Names.EXTRACTION, Names.UPDATE, Names.GENERATION);
        addSinks(topology, serdes);
        addStores(topology, stores, settings.changelogConfig(), serdes.memories());
        return topology;
    }

    private static void addSinks(Topology topology, PipelineSerdes serdes) {
        addSink(topology, Names.ANSWERS_SINK, Topics.ANSWERS, serdes.answers());
        addSink(topology, Names.OPERATIONS_SINK, Topics.MEMORY_OPERATIONS, serdes.operations());
        addSink(topology, Names.DEAD_LETTERS_SINK, Topics.DEAD_LETTERS, serdes.deadLetters());
        addSink(topology, Names.SWEEP_SINK, Topics.CONVERSATION_EVENTS, new ByteArraySerializer());
    }

    private static <V> void addSink(Topology topology, String name, Topics.Topic<?> topic, Serializer<V> values) {
        topology.addSink(name, topic.name(), new StringSerializer(), values,
                (to, key, value, partitions) -> Optional.of(Set.of(OutputKey.partition(key, partitions))), Names.OUTBOX);
    }

    private static void addStores(Topology topology, ErasableStores stores, Map<String, String> changelog, Serde<?> memories) {
        Map<String, List<String>> readers = Map.of(Names.INBOX_STORE, List.of(Names.INBOX), Names.SEEN_STORE, List.of(Names.INBOX),
                Names.CONVERSATIONS_STORE, List.of(Names.INBOX), Names.MEMORIES_STORE, List.of(Names.UPDATE),
                Names.PICTURES_STORE, List.of(Names.VISION, Names.GENERATION));
        for (String name : Names.STORES) {
            Serde<?> values = name.equals(Names.MEMORIES_STORE) ? memories : Serdes.ByteArray();
            topology.addStateStore(Stores.keyValueStoreBuilder(stores.supplier(name), Serdes.Bytes(), values).withLoggingEnabled(changelog),
                    Names.OUTBOX);
            readers.getOrDefault(name, List.of()).forEach(reader -> topology.connectProcessorAndStateStores(reader, name));
        }
    }
}
