package org.memlora.topology.inbox;

import java.time.Duration;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.RegistryUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads events. Bytes that nobody can read are a {@link SerializationException} at once (what the serdes throw for
 * them); a registry that doesn't answer is retried until the time is up, then its exception goes on.
 */
final class EventReader {

    private static final Logger LOG = LoggerFactory.getLogger(EventReader.class);
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;

    private final Deserializer<ConversationEvent> deserializer;
    private final String topic;
    private final Duration retry;

    EventReader(Deserializer<ConversationEvent> deserializer, String topic, Duration retry) {
        this.deserializer = deserializer;
        this.topic = topic;
        this.retry = retry;
    }

    ConversationEvent read(byte[] value) {
        long deadline = System.nanoTime() + retry.toNanos();
        for (long pause = FIRST_PAUSE_MILLIS;; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
            try {
                return deserialize(value);
            } catch (RegistryUnavailableException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LOG.warn("The schema registry doesn't answer, next try in {} ms: {}", pause, e.getMessage());
                sleep(pause);
            }
        }
    }

    private ConversationEvent deserialize(byte[] value) {
        ConversationEvent event = deserializer.deserialize(topic, value);
        if (event == null) {
            throw new SerializationException("the record has no value");
        }
        return event;
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new InterruptException("interrupted while the schema registry did not answer", e);
        }
    }
}
