package org.memlora.topology.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

class AdminEventsTopicTest {

    @Test
    void eventsAreConsumedOnceTheOffsetBehindThemIsCommitted() {
        assertThat(AdminEventsTopic.isConsumed(null, 106)).as("nothing committed yet").isFalse();
        assertThat(AdminEventsTopic.isConsumed(new OffsetAndMetadata(100), 106)).as("a worker that is killed reads on at 100").isFalse();
        assertThat(AdminEventsTopic.isConsumed(new OffsetAndMetadata(106), 106)).isTrue();
        assertThat(AdminEventsTopic.isConsumed(new OffsetAndMetadata(200), 106)).isTrue();
    }
}
