package org.memlora.topology.client;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.RetriableException;

/**
 * How many events an application's workers have in hand or before them until they come to one that was sent, and whether they get on: who waits for
 * an answer behind a long dialogue needs to know. Threading: one thread.
 */
public final class PlaceInLine implements AutoCloseable {

    /** What is seen of the workers. */
    public enum Workers {
        /** The brokers haven't told yet. */
        NOT_KNOWN,
        /** None has committed a position of this topic yet: none has run under this name. */
        NEVER_SEEN,
        /** We have no right to read their position. */
        NOT_ALLOWED,
        /** They have the event in hand or before them. */
        BEFORE_EVENT,
        /** They have read the event, and may still be at work on it. */
        PAST_EVENT
    }

    private record Position(Workers workers, OptionalLong before) {
        Position(Workers workers) {
            this(workers, OptionalLong.empty());
        }
    }

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final Admin admin;
    private final String applicationId;
    private final TopicPartition partition;
    private final long offset;
    private final LongSupplier nanos;
    private Position position = new Position(Workers.NOT_KNOWN);
    private long looked;
    private long moved;

    PlaceInLine(Admin admin, String applicationId, RecordMetadata event, LongSupplier nanos) {
        this.admin = admin;
        this.applicationId = applicationId;
        this.partition = new TopicPartition(event.topic(), event.partition());
        this.offset = event.offset();
        this.nanos = nanos;
        this.moved = nanos.getAsLong();
        this.looked = moved - BETWEEN_LOOKS.toNanos();
    }

    /** As the workers committed last, other banks of the partition included; empty = no worker has committed yet, or we may not know. */
    public OptionalLong eventsBefore() throws InterruptedException {
        if (nanos.getAsLong() - looked >= BETWEEN_LOOKS.toNanos()) {
            looked = nanos.getAsLong();
            Position now = read();
            if (!now.equals(position)) {
                position = now;
                moved = looked;
            }
        }
        return position.before;
    }

    /** As {@link #eventsBefore} saw them last. */
    public Workers workers() {
        return position.workers;
    }

    /** Since the workers committed something of this partition, or since the event was sent. */
    public Duration sinceLastMove() {
        return Duration.ofNanos(nanos.getAsLong() - moved);
    }

    private Position read() throws InterruptedException {
        try {
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(applicationId).partitionsToOffsetAndMetadata().get();
            OffsetAndMetadata next = committed.get(partition);
            if (next == null) {
                // A position of another partition: they run, and come to this one's first events only now.
                return committed.keySet().stream().anyMatch(other -> other.topic().equals(partition.topic()))
                        ? new Position(Workers.BEFORE_EVENT, OptionalLong.of(offset)) : new Position(Workers.NEVER_SEEN);
            }
            return new Position(next.offset() > offset ? Workers.PAST_EVENT : Workers.BEFORE_EVENT, OptionalLong.of(Math.max(0, offset - next.offset())));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return new Position(Workers.NEVER_SEEN);
            }
            if (e.getCause() instanceof AuthorizationException) {
                return new Position(Workers.NOT_ALLOWED);
            }
            if (e.getCause() instanceof RetriableException) {
                return position; // a broker that is away: no news
            }
            throw new KafkaException("The position of the workers of " + applicationId + " can't be read: " + e.getCause().getMessage(), e.getCause());
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
