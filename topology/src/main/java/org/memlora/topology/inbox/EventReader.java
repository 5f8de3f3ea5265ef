package org.memlora.topology.inbox;

import java.time.Duration;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.memlora.schemas.ConversationEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads events, and tells bytes that nobody can read from a registry that doesn't answer: the former are a
 * {@link SerializationException}, the latter is retried and then a {@link RegistryUnavailableException}.
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
            } catch (RuntimeException e) {
                if (!isRegistryDown(e)) {
                    throw new SerializationException(rootMessage(e), e);
                }
                if (System.nanoTime() > deadline) {
                    throw new RegistryUnavailableException("the schema registry did not answer for " + retry, e);
                }
                LOG.warn("The schema registry doesn't answer, next try in {} ms: {}", pause, rootMessage(e));
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

    /** A registry that answers "no such schema" is up; its client's exception for that is an IOException, too, with a status. */
    private static boolean isRegistryDown(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause.getClass().getSimpleName().equals("RestClientException")) {
                return status(cause) >= 500;
            }
            if (cause instanceof java.net.SocketException || cause instanceof java.net.SocketTimeoutException
                    || cause instanceof java.net.UnknownHostException || cause instanceof java.net.http.HttpTimeoutException) {
                return true;
            }
        }
        return false;
    }

    /** The client's class is relocated, so it is known by its name alone. */
    private static int status(Throwable restClientException) {
        try {
            return (int) restClientException.getClass().getMethod("getStatus").invoke(restClientException);
        } catch (ReflectiveOperationException e) {
            return 0;
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryUnavailableException("interrupted while the schema registry did not answer", e);
        }
    }
}
