package org.memlora.topology.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Forget;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.OperationKind;
import org.memlora.schemas.Picture;
import org.memlora.schemas.Topics;
import org.memlora.schemas.Turn;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.PipelineSettings;
import org.memlora.topology.serving.PipelineFixture;
import org.memlora.topology.serving.ScriptedPipeline;

/** After a Forget and the broker's clean-up no partition and no file holds a word of the bank, and all of the others' are there. */
class ForgottenBankIT {

    private static final Duration LAG = Duration.ofSeconds(6);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration CLEAN_UP = Duration.ofSeconds(90);
    private static final Map<String, String> QUICK_CLEAN_UP = Map.of("log.cleaner.backoff.ms", "500",
            "log.retention.check.interval.ms", "1000", "log.segment.delete.delay.ms", "500");
    private static final int TURNS = 6;

    @Test
    void shouldLeaveNoWordOfTheBankInAnyPartitionOrFile(@TempDir Path folder) throws Exception {
        Path brokerFolder = folder.resolve("broker");
        Path state = folder.resolve("state");
        List<String> words = List.of("quixotic", "zephyrine", "jabberwock", "poisonivy", "truncatedmoon", "silentspeaker", "umbrellaface");
        try (PipelineFixture pipeline = new PipelineFixture(folder, 2, LAG, QUICK_CLEAN_UP)) {
            try (MemoryWorker worker = worker(pipeline, state)) {
                worker.start(TIMEOUT);
                fill(pipeline, "forgotten", words);
                fill(pipeline, "kept", words.stream().map(word -> "other" + word.toUpperCase()).toList());
                pipeline.await(Topics.ANSWERS, TIMEOUT, answers -> answers.size() == 2);
            } // closed: what the stores held in memory is in their files now
            for (String word : words) {
                assertThat(found(folder, word)).as("files with %s", word).isNotEmpty();
            }
            assertThat(FileSearch.find(List.of(state), words)).as("local stores").isNotEmpty();

            try (MemoryWorker worker = worker(pipeline, state)) {
                worker.start(TIMEOUT);
                Instant start = Instant.now();
                ConversationEvent forget = ScriptedPipeline.question("forgotten", 100, "");
                forget.setBody(new Forget("asked for"));
                pipeline.client.send(forget);
                pipeline.client.flush();
                pipeline.await(Topics.MEMORY_OPERATIONS, TIMEOUT,
                        all -> all.stream().anyMatch(operation -> operation.getKind() == OperationKind.FORGET));
                Set<String> left = left(folder, words);
                while (!left.isEmpty() && Instant.now().isBefore(start.plus(CLEAN_UP))) {
                    Thread.sleep(500);
                    left = left(folder, words);
                }
                System.out.println("forget: nothing left after " + Duration.between(start, Instant.now()).toMillis()
                        + " ms; forget.max.lag.ms = " + LAG.toMillis());
                assertThat(left).isEmpty();
                assertThat(inPartitions(pipeline, words)).isEmpty();
            }
            assertThat(left(folder, words)).as("after the worker has written its stores").isEmpty();
            assertOtherBankIsWhole(pipeline, folder, words);
        }
    }

    private static void assertOtherBankIsWhole(PipelineFixture pipeline, Path folder, List<String> words) {
        List<MemoryOperation> operations = pipeline.all(Topics.MEMORY_OPERATIONS);
        assertThat(operations).filteredOn(operation -> operation.getBankId().equals("kept")).hasSize(TURNS);
        assertThat(operations).filteredOn(operation -> operation.getBankId().equals("forgotten")).singleElement()
                .matches(operation -> operation.getKind() == OperationKind.FORGET);
        assertThat(pipeline.all(Topics.ANSWERS)).singleElement().matches(answer -> answer.getBankId().equals("kept"));
        assertThat(pipeline.all(Topics.DEAD_LETTERS)).hasSize(4);
        for (String word : words) {
            assertThat(found(folder, "other" + word.toUpperCase())).as("files with the other bank's %s", word).isNotEmpty();
        }
    }

    /** Texts, names, a picture, dead letters of inbox and stage, bytes that nobody could read, an open turn. */
    private static void fill(PipelineFixture pipeline, String bank, List<String> words) throws Exception {
        for (int i = 1; i <= TURNS; i++) {
            pipeline.client.send(ScriptedPipeline.turn(bank, i, "Ann", "I saw a " + words.get(i % 3) + " number" + i));
        }
        pipeline.client.send(ScriptedPipeline.question(bank, 20, "Who saw a " + words.get(0) + "?"));
        pipeline.client.send(ScriptedPipeline.turn(bank, 31, "Ben", "poison and " + words.get(3)));
        pipeline.client.send(ScriptedPipeline.turn(bank, 32, "Ann", "Indeed"));
        pipeline.client.send(ScriptedPipeline.turn(bank, 33, " ", "A " + words.get(5)));
        ConversationEvent picture = ScriptedPipeline.turn(bank, 34, "Ann", "");
        picture.setBody(new Turn("Ann", "", new Picture(ByteBuffer.wrap(words.get(6).getBytes(StandardCharsets.UTF_8)), null, "image/png", null),
                false));
        pipeline.client.send(picture);
        pipeline.client.flush();
        byte[] whole = pipeline.serdes.conversationEvents().serializer().serialize(Topics.CONVERSATION_EVENTS.name(),
                ScriptedPipeline.turn(bank, 35, "Ann", words.get(4) + " is cut off here"));
        try (KafkaProducer<String, byte[]> raw = new KafkaProducer<>(Map.of("bootstrap.servers", pipeline.broker.bootstrapServers()),
                new StringSerializer(), new ByteArraySerializer())) {
            raw.send(new ProducerRecord<>(Topics.CONVERSATION_EVENTS.name(), bank, java.util.Arrays.copyOf(whole, whole.length - 5))).get();
        }
        pipeline.client.send(ScriptedPipeline.turn(bank, 36, "Ann", words.get(0) + " waits for a partner"));
        pipeline.client.flush();
    }

    private static MemoryWorker worker(PipelineFixture pipeline, Path state) {
        return ScriptedPipeline.worker(pipeline.broker.bootstrapServers(), pipeline.serdes, state, ScriptedPipeline.model(Duration.ZERO),
                Map.of(PipelineSettings.FORGET_MAX_LAG_MS, LAG.toMillis()));
    }

    private static Set<String> left(Path folder, List<String> words) {
        return FileSearch.find(List.of(folder), words);
    }

    private static Set<String> found(Path folder, String word) {
        return FileSearch.find(List.of(folder), List.of(word));
    }

    /** Topics with a record that holds one of the words: changelogs and uncommitted records, too. */
    private static Set<String> inPartitions(PipelineFixture pipeline, List<String> words) throws Exception {
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", pipeline.broker.bootstrapServers(),
                "isolation.level", "read_uncommitted", "auto.offset.reset", "earliest"));
        Set<String> found = new TreeSet<>();
        try (Admin admin = Admin.create(settings);
                KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (String topic : admin.listTopics().names().get()) {
                consumer.partitionsFor(topic).forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
            }
            assertThat(partitions).hasSizeGreaterThan(16);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    String text = text(record.key()) + text(record.value());
                    words.stream().filter(text::contains).forEach(word -> found.add(record.topic() + ": " + word));
                });
            }
        }
        return found;
    }

    private static String text(byte[] bytes) {
        return bytes == null ? "" : new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
