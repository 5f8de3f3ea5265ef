package org.memlora.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class RecordTimeTest {
    private static final Instant NOW = Instant.parse("2025-03-01T10:00:00Z");
    private static final long HOUR = 3_600_000;

    private static long time(long timestamp, long partitionTime) {
        return new RecordTime(Clock.fixed(NOW, ZoneOffset.UTC)).extract(new ConsumerRecord<>("events", 0, 0, timestamp, TimestampType.CREATE_TIME,
                0, 0, "b", "v", new RecordHeaders(), java.util.Optional.empty()), partitionTime);
    }

    @Test
    void shouldTakeTheRecordsOwnTime() {
        assertThat(time(NOW.toEpochMilli() - 5, 7)).isEqualTo(NOW.toEpochMilli() - 5);
        assertThat(time(0, 7)).isZero();
        assertThat(time(NOW.toEpochMilli() + HOUR, 7)).isEqualTo(NOW.toEpochMilli() + HOUR);
    }

    @Test
    void shouldTakeThePartitionsTimeWhereThereIsNone() {
        assertThat(time(-1, 7)).isEqualTo(7);
        assertThat(time(-1, -1)).isZero();
    }

    @Test
    void shouldNotGoFurtherAheadThanAnHour() {
        assertThat(time(NOW.toEpochMilli() * 1_000, 7)).as("microseconds").isEqualTo(NOW.toEpochMilli() + HOUR);
    }
}
