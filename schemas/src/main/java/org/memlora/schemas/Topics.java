package org.memlora.schemas;

import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * The topics, and the only place where their names are spelled. The key of an event is its bank's id, that of all other records an
 * {@link OutputKey}; a record without a value erases the one before it with the same key.
 */
public final class Topics {
    /** What producers write: turns, questions, erasures. */
    public static final Topic<ConversationEvent> CONVERSATION_EVENTS = topic("conversation-events", ConversationEvent.class);
    /** One answer per question. */
    public static final Topic<Answer> ANSWERS = topic("answers", Answer.class);
    /** The audit trail of every bank. */
    public static final Topic<MemoryOperation> MEMORY_OPERATIONS = topic("memory-operations", MemoryOperation.class);
    /** What could not be used. */
    public static final Topic<FailedEvent> DEAD_LETTERS = topic("dead-letters", FailedEvent.class);

    /** All topics, in the order of the data's path. */
    public static final List<Topic<?>> ALL = List.of(CONVERSATION_EVENTS, ANSWERS, MEMORY_OPERATIONS, DEAD_LETTERS);

    private Topics() {
    }

    /**
     * A topic with the types of its records.
     *
     * @param name the name in Kafka
     * @param keySerde reads and writes the key
     * @param valueClass generated class of the value
     */
    public record Topic<V extends SpecificRecord>(String name, Serde<String> keySerde, Class<V> valueClass) {
        /** Subject of the value's schema in the registry. */
        public String subject() {
            return AvroSerdes.subject(name);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static <V extends SpecificRecord> Topic<V> topic(String name, Class<V> valueClass) {
        return new Topic<>(name, Serdes.String(), valueClass);
    }
}
