package org.memlora.topology;

import java.util.Map;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.memlora.schemas.Topics;
import org.memlora.topology.extraction.ExtractionProcessor;
import org.memlora.topology.flow.Names;
import org.memlora.topology.flow.StageCalls;
import org.memlora.topology.generation.GenerationProcessor;
import org.memlora.topology.inbox.InboxProcessor;
import org.memlora.topology.update.QuestionMemories;
import org.memlora.topology.update.UpdateProcessor;

/**
 * The graph: one sub-topology, so that all stages of a bank share a partition and a transaction.
 * <pre>
 * conversation-events -> inbox -> extraction -> update -> generation -> answers
 *                          |          |           |  \--------|----> memory-operations
 *                          +----------+-----------+-----------+----> dead-letters
 * </pre>
 */
public final class MemoryTopology {

    private MemoryTopology() { }

    /** Builds the graph; starts nothing. */
    public static Topology build(PipelineSettings settings, MemoryOperators operators, PipelineSerdes serdes) {
        StageCalls calls = settings.stageCalls();
        int memories = settings.number(PipelineSettings.QUESTION_MEMORIES);
        Topology topology = new Topology();
        topology.addSource(Names.EVENTS_SOURCE, new StringDeserializer(), new ByteArrayDeserializer(), Topics.CONVERSATION_EVENTS.name());
        topology.addProcessor(Names.INBOX,
                () -> new InboxProcessor(settings.inbox(), Topics.CONVERSATION_EVENTS.name(), serdes.events()), Names.EVENTS_SOURCE);
        topology.addProcessor(Names.EXTRACTION, () -> new ExtractionProcessor(operators.extraction(), calls), Names.INBOX);
        topology.addProcessor(Names.UPDATE,
                () -> new UpdateProcessor(operators.update(), new QuestionMemories(operators.retriever(), memories, calls), calls),
                Names.EXTRACTION);
        topology.addProcessor(Names.GENERATION,
                () -> new GenerationProcessor(operators.generation(), calls, operators.model()), Names.UPDATE);
        addSinks(topology, serdes);
        addStores(topology, settings.changelogConfig(), serdes.memories());
        return topology;
    }

    private static void addSinks(Topology topology, PipelineSerdes serdes) {
        topology.addSink(Names.ANSWERS_SINK, Topics.ANSWERS.name(), new StringSerializer(), serdes.answers(), Names.GENERATION);
        topology.addSink(Names.OPERATIONS_SINK, Topics.MEMORY_OPERATIONS.name(), new StringSerializer(), serdes.operations(), Names.UPDATE);
        topology.addSink(Names.DEAD_LETTERS_SINK, Topics.DEAD_LETTERS.name(), new StringSerializer(), serdes.deadLetters(),
                Names.INBOX, Names.EXTRACTION, Names.UPDATE, Names.GENERATION);
    }

    private static void addStores(Topology topology, Map<String, String> changelog, Serde<?> memories) {
        topology.addStateStore(store(Names.INBOX_STORE, Serdes.ByteArray(), changelog), Names.INBOX);
        topology.addStateStore(store(Names.SEEN_STORE, Serdes.ByteArray(), changelog), Names.INBOX);
        topology.addStateStore(store(Names.CONVERSATIONS_STORE, Serdes.ByteArray(), changelog), Names.INBOX);
        topology.addStateStore(store(Names.MEMORIES_STORE, memories, changelog), Names.UPDATE);
    }

    private static <V> StoreBuilder<KeyValueStore<Bytes, V>> store(String name, Serde<V> values, Map<String, String> changelog) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), values)
                .withLoggingEnabled(changelog);
    }
}
