package org.memlora.schemas;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * Serdes of our records in Confluent's wire format, over one schema registry. All serdes made here are thread-safe and share its
 * client and caches, so closing one does nothing; close this instead.
 *
 * <p>Reading throws {@link UnreadableRecordException} for bytes that are permanently bad and {@link RegistryUnavailableException}
 * while the registry is down; writing throws the latter or {@link SchemaRefusedException}. A null value is a null, both ways.
 */
public final class AvroSerdes implements AutoCloseable {
    /** Setting: URLs of the registry, comma-separated, or {@code mock://NAME} for one in memory. */
    public static final String REGISTRY_URL = "schema.registry.url";
    /**
     * Setting, optional: class of a serde to use in place of ours, with a constructor without arguments; for instance Confluent's
     * {@code io.confluent.kafka.streams.serdes.avro.SpecificAvroSerde}. It is configured with all settings.
     */
    public static final String SERDE_CLASS = "memlora.value.serde";

    private final Map<String, ?> configuration;
    private final SchemaRegistry registry;

    private AvroSerdes(Map<String, ?> configuration, SchemaRegistry registry) {
        this.configuration = configuration;
        this.registry = registry;
    }

    /** Serdes over the registry at the URL. Does not connect yet. */
    public static AvroSerdes of(String registryUrl) {
        return of(Map.of(REGISTRY_URL, registryUrl));
    }

    /**
     * Serdes after a configuration, of which the registry client sees all: credentials, TLS, timeouts.
     *
     * @throws ConfigException when {@link #REGISTRY_URL} is missing
     */
    public static AvroSerdes of(Map<String, ?> configuration) {
        Object url = configuration.get(REGISTRY_URL);
        if (url == null || !url.toString().matches("(mock|http|https)://.+")) {
            throw new ConfigException(REGISTRY_URL, url, "expected http://, https:// or mock://");
        }
        return new AvroSerdes(new HashMap<>(configuration), new ConfluentRegistry(url.toString().strip(), configuration));
    }

    /** Serde of a topic's values. */
    public <V extends SpecificRecord> Serde<V> values(Topics.Topic<V> topic) {
        return values(topic.valueClass());
    }

    /** Serde of a record; the subject follows from the topic that it is used with. */
    public <V extends SpecificRecord> Serde<V> values(Class<V> recordClass) {
        Objects.requireNonNull(recordClass, "recordClass");
        Object other = configuration.get(SERDE_CLASS);
        if (other != null) {
            TrustedRecords.trust();
            return ForeignSerde.load(other, recordClass, configuration);
        }
        return Serdes.serdeFrom(new RecordSerializer<>(recordClass, registry), new RecordDeserializer<>(recordClass, registry));
    }

    /** Serde of {@link Topics#CONVERSATION_EVENTS}. */
    public Serde<ConversationEvent> conversationEvents() {
        return values(Topics.CONVERSATION_EVENTS);
    }

    /** Serde of {@link Topics#ANSWERS}. */
    public Serde<Answer> answers() {
        return values(Topics.ANSWERS);
    }

    /** Serde of {@link Topics#MEMORY_OPERATIONS}. */
    public Serde<MemoryOperation> memoryOperations() {
        return values(Topics.MEMORY_OPERATIONS);
    }

    /** Serde of {@link Topics#DEAD_LETTERS}. */
    public Serde<FailedEvent> deadLetters() {
        return values(Topics.DEAD_LETTERS);
    }

    /** Serde of the store of memories. */
    public Serde<MemoryRecord> memoryRecords() {
        return values(MemoryRecord.class);
    }

    /** Subject of the values of a topic: Confluent's TopicNameStrategy. */
    public static String subject(String topic) {
        return topic + "-value";
    }

    @Override
    public void close() {
        registry.close();
    }
}
