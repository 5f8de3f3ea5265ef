package org.memlora.topology.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.schemas.Topics;
import org.memlora.topology.serving.PipelineFixture;

class ReleaseKilledWorkersIT {

    private static final String THREAD = "-2b1f0c3a-4d5e-4f60-8a7b-9c0d1e2f3a4b-1";
    private static final String TOPIC = Topics.CONVERSATION_EVENTS.name();

    @Test
    void anOpenTransactionNoLongerHidesWhatCameAfterIt(@TempDir Path folder) throws Exception {
        try (PipelineFixture pipeline = new PipelineFixture(folder, 1);
                KafkaProducer<byte[], byte[]> killed = producer(pipeline, "killed" + THREAD);
                KafkaProducer<byte[], byte[]> other = producer(pipeline, "killed-other" + THREAD);
                KafkaConsumer<byte[], byte[]> committed = consumer(pipeline, "reader")) {
            send(killed, "half a batch");
            send(other, "of another application");
            other.commitTransaction();
            committed.subscribe(Set.of(TOPIC));
            assertThat(read(committed)).as("behind the open transaction").isEmpty();

            pipeline.client.releaseKilledWorkers("killed");

            assertThat(read(committed)).containsExactly("of another application");
            assertThatThrownBy(killed::commitTransaction).isInstanceOf(ProducerFencedException.class);
        }
    }

    @Test
    void aMemberThatWillNotComeBackIsNoLongerWaitedFor(@TempDir Path folder) throws Exception {
        try (PipelineFixture pipeline = new PipelineFixture(folder, 1);
                KafkaConsumer<byte[], byte[]> killed = consumer(pipeline, "killed"); KafkaConsumer<byte[], byte[]> next = consumer(pipeline, "killed")) {
            killed.subscribe(Set.of(TOPIC));
            assertThat(read(killed)).isEmpty();
            assertThat(killed.assignment()).hasSize(1);

            pipeline.client.releaseKilledWorkers("killed");

            next.subscribe(Set.of(TOPIC));
            assertThat(read(next)).isEmpty();
            assertThat(next.assignment()).as("though the other one's session would last for minutes").hasSize(1);
        }
    }

    @Test
    void anApplicationThatNeverRanIsNoError(@TempDir Path folder) throws Exception {
        try (PipelineFixture pipeline = new PipelineFixture(folder, 1); KafkaProducer<byte[], byte[]> other = producer(pipeline, "killed-other" + THREAD)) {
            send(other, "of another application");

            pipeline.client.releaseKilledWorkers("killed");

            other.commitTransaction();
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String text) {
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(TOPIC, text.getBytes()));
        producer.flush();
    }

    private static KafkaProducer<byte[], byte[]> producer(PipelineFixture pipeline, String transactionalId) {
        return new KafkaProducer<>(Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, pipeline.broker.bootstrapServers(),
                ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId, ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 600_000),
                new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static KafkaConsumer<byte[], byte[]> consumer(PipelineFixture pipeline, String group) {
        return new KafkaConsumer<>(Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, pipeline.broker.bootstrapServers(), ConsumerConfig.GROUP_ID_CONFIG, group,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed", ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 300_000, ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 100_000),
                new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** What comes within five seconds. */
    private static List<String> read(KafkaConsumer<byte[], byte[]> consumer) {
        List<String> texts = new ArrayList<>();
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (System.nanoTime() < end) {
            consumer.poll(Duration.ofMillis(200)).forEach(record -> texts.add(new String(record.value())));
        }
        return texts;
    }
}
