package org.memlora.topology.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.schemas.Topics;
import org.memlora.topology.serving.PipelineFixture;
import org.memlora.topology.serving.ScriptedPipeline;

class PlaceInLineIT {

    private static final String WORKERS = "workers";
    private static final TopicPartition PARTITION = new TopicPartition(Topics.CONVERSATION_EVENTS.name(), 0);
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void countsWhatStandsBeforeAnEventAndWaitsAnewWheneverTheWorkersMove(@TempDir Path folder) throws Exception {
        try (PipelineFixture pipeline = new PipelineFixture(folder, 1); Admin admin = admin(pipeline)) {
            for (int i = 0; i < 5; i++) {
                pipeline.client.send(ScriptedPipeline.turn("cats", i, "Ann", "I adopted a cat"));
            }
            RecordMetadata question = PipelineClient.await(pipeline.client.send(ScriptedPipeline.question("cats", 21, "Who adopted?")));
            try (PlaceInLine place = new PlaceInLine(admin(pipeline), WORKERS, question, nanos::get)) {
                assertThat(place.eventsBefore()).as("no worker has ever run").isEmpty();
                assertThat(place.workers()).isEqualTo(PlaceInLine.Workers.NEVER_SEEN);

                pass(Duration.ofSeconds(9));
                commit(admin, 2);
                assertThat(place.eventsBefore()).hasValue(3);
                assertThat(place.workers()).isEqualTo(PlaceInLine.Workers.BEFORE_EVENT);
                assertThat(place.sinceLastMove()).isZero();

                pass(Duration.ofSeconds(9));
                assertThat(place.eventsBefore()).hasValue(3);
                assertThat(place.sinceLastMove()).as("no worker got on").hasSeconds(9);

                commit(admin, 6);
                assertThat(place.eventsBefore()).as("not asked more often than each second").hasValue(3);
                pass(Duration.ofSeconds(1));
                assertThat(place.eventsBefore()).as("the event itself was worked on").hasValue(0);
                assertThat(place.workers()).isEqualTo(PlaceInLine.Workers.PAST_EVENT);
                assertThat(place.sinceLastMove()).isZero();
            }
        }
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static void commit(Admin admin, long offset) throws Exception {
        admin.alterConsumerGroupOffsets(WORKERS, Map.of(PARTITION, new OffsetAndMetadata(offset))).all().get();
    }

    private static Admin admin(PipelineFixture pipeline) {
        return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, pipeline.broker.bootstrapServers()));
    }
}
