package org.memlora.topology;

import java.time.Clock;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * The record's timestamp, or the partition's time where a producer set none: no record is lost for its timestamp. One of the future (as of
 * a producer that counts microseconds) counts as an hour from now at most, as brokers from 4.0 on allow: what expires in stream time, other
 * banks' too, would be gone at once, and for good.
 */
public final class RecordTime implements TimestampExtractor {
    private static final Duration MOST_AHEAD = Duration.ofHours(1);

    private final Clock clock;

    public RecordTime() {
        this(Clock.systemUTC());
    }

    RecordTime(Clock clock) {
        this.clock = clock;
    }

    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
        return record.timestamp() < 0 ? Math.max(partitionTime, 0) : Math.min(record.timestamp(), clock.millis() + MOST_AHEAD.toMillis());
    }
}
