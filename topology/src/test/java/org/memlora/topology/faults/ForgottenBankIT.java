package org.memlora.topology.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.awt.Color;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
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
import org.memlora.models.testing.ScriptedVisionModel;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Forget;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.OperationKind;
import org.memlora.schemas.Picture;
import org.memlora.schemas.Topics;
import org.memlora.schemas.Turn;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.PictureFiles;
import org.memlora.topology.PipelineSettings;
import org.memlora.topology.client.BankErasure;
import org.memlora.topology.monitoring.PipelineMetrics;
import org.memlora.topology.serving.ModelPipeline;
import org.memlora.topology.serving.PipelineFixture;
import org.memlora.topology.serving.ScriptedPipeline;
import org.memlora.topology.serving.StageMeter;

/**
 * After a Forget and the broker's clean-up no partition and no file holds a word of the bank, neither of its texts nor of its
 * event ids, and its own name stands only in the audit trail, that it was forgotten, and in the keys of output topics until the
 * broker drops tombstones; all of the other bank's words are there.
 */
class ForgottenBankIT {

    private static final Duration LAG = Duration.ofSeconds(6);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration CLEAN_UP = Duration.ofSeconds(90);
    private static final Map<String, String> QUICK_CLEAN_UP = Map.of("log.cleaner.backoff.ms", "500",
            "log.retention.check.interval.ms", "1000", "log.segment.delete.delay.ms", "500");
    private static final int TURNS = 6;
    private static final String BANK = "forgottenbank";
    private static final String OTHER = "keptbank";
    private static final String ID = "eventidword";
    private static final List<String> WORDS = List.of("quixotic", "zephyrine", "jabberwock", "poisonivy", "truncatedmoon", "silentspeaker",
            "umbrellaface", "inkedpicture", ID);
    /**
     * All that holds words of a bank for long; the inbox's changelog may be compacted before anyone looks. Ids of seen events and
     * numbers of outputs are kept under hashes only.
     */
    private static final List<String> PLACES = List.of("answers", "conversation-events", "dead-letters", "memory-operations",
            "memlora-test-conversations-changelog", "memlora-test-memories-changelog", "memlora-test-pictures-changelog");
    private static final AtomicInteger QUESTIONS = new AtomicInteger(40);
    private static final String APPLICATION = "memlora-test";
    private static final List<String> OUTPUTS = List.of(Topics.ANSWERS.name(), Topics.DEAD_LETTERS.name(), Topics.MEMORY_OPERATIONS.name());
    private static final String INDEXES = "memlora.index.banks";

    @Test
    void shouldLeaveNoWordOfTheBankInAnyPartitionOrFile(@TempDir Path folder) throws Exception {
        Path state = folder.resolve("state");
        try (PipelineFixture pipeline = new PipelineFixture(folder, 2, LAG, QUICK_CLEAN_UP)) {
            try (MemoryWorker worker = worker(pipeline, state, new SimpleMeterRegistry())) {
                worker.start(TIMEOUT);
                fill(pipeline, BANK, WORDS);
                fill(pipeline, OTHER, WORDS.stream().map(ForgottenBankIT::others).toList());
                pipeline.await(Topics.ANSWERS, TIMEOUT, answers -> answers.size() == 2);
            } // closed: what the stores held in memory is in their files now
            for (String word : WORDS) {
                assertThat(left(folder, List.of(word))).as("files with %s", word).isNotEmpty();
            }
            assertThat(topics(inPartitions(pipeline, WORDS))).containsAll(PLACES);
            assertThat(left(state, WORDS)).as("local stores").isNotEmpty();
            assertThat(recordsLeft(pipeline)).containsKeys(PLACES.toArray(String[]::new))
                    .containsKeys("memlora-test-seen-events-changelog", "memlora-test-outputs-changelog");

            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            try (MemoryWorker worker = worker(pipeline, state, meters)) {
                worker.start(TIMEOUT);
                pipeline.client.send(asks(BANK, WORDS));
                pipeline.client.send(asks(OTHER, WORDS.stream().map(ForgottenBankIT::others).toList()));
                pipeline.await(Topics.ANSWERS, TIMEOUT, answers -> answers.size() == 4);
                assertThat(meters.get(INDEXES).gauge().value()).as("banks with an index in the heap").isEqualTo(2);
                pipeline.client.send(turn(BANK, WORDS, 60, "Ann", WORDS.get(0) + " waits for a partner"));
                pipeline.client.send(turn(OTHER, WORDS.stream().map(ForgottenBankIT::others).toList(), 60, "Ann", "It waits, too"));

                Instant start = Instant.now();
                ConversationEvent forget = ScriptedPipeline.question(BANK, 100, "");
                forget.setBody(new Forget("asked for"));
                pipeline.client.send(forget);
                pipeline.client.flush();
                pipeline.await(Topics.MEMORY_OPERATIONS, TIMEOUT,
                        all -> all.stream().anyMatch(operation -> operation.getKind() == OperationKind.FORGET));
                assertThat(meters.get(INDEXES).gauge().value()).as("banks with an index in the heap").isEqualTo(1);
                assertThat(awaitNothingLeft(folder, start)).isEmpty();
                System.out.println("forget: nothing left after " + Duration.between(start, Instant.now()).toMillis()
                        + " ms; forget.max.lag.ms = " + LAG.toMillis());
                assertThat(inPartitions(pipeline, WORDS)).isEmpty();
                assertThat(topics(inPartitions(pipeline, List.of(BANK)))).isSubsetOf(OUTPUTS);
                assertThat(recordsLeft(pipeline)).as("records with a value, as forget --wait counts them").isEmpty();
            }
            assertThat(tooMuch(folder)).as("after the worker has written its stores").isEmpty();
            assertOtherBankIsWhole(pipeline, folder);
        }
    }

    /** What is still there of the bank in the end. */
    private static Set<String> awaitNothingLeft(Path folder, Instant start) throws InterruptedException {
        Set<String> left = tooMuch(folder);
        Set<String> before = Set.of();
        while (!left.isEmpty() && Instant.now().isBefore(start.plus(CLEAN_UP))) {
            if (!left.equals(before)) {
                System.out.println("forget: after " + Duration.between(start, Instant.now()).toMillis() + " ms left: " + left);
                before = left;
            }
            Thread.sleep(500);
            left = tooMuch(folder);
        }
        return left;
    }

    private static Map<String, Integer> recordsLeft(PipelineFixture pipeline) {
        try (BankErasure erasure = pipeline.client.erasure(APPLICATION, BANK)) {
            return erasure.left();
        }
    }

    /** Files with a word of the bank, and those with its name that are not of output topics. */
    private static Set<String> tooMuch(Path folder) {
        Set<String> left = new TreeSet<>(left(folder, WORDS));
        left(folder, List.of(BANK)).stream()
                .filter(file -> OUTPUTS.stream().noneMatch(topic -> file.startsWith("broker/kafka/" + topic + "-"))).forEach(left::add);
        return left;
    }

    private static void assertOtherBankIsWhole(PipelineFixture pipeline, Path folder) {
        List<MemoryOperation> operations = pipeline.all(Topics.MEMORY_OPERATIONS);
        assertThat(operations).filteredOn(operation -> operation.getBankId().equals(OTHER)).hasSize(TURNS + 2);
        assertThat(operations).filteredOn(operation -> operation.getBankId().equals(BANK)).singleElement()
                .matches(operation -> operation.getKind() == OperationKind.FORGET);
        assertThat(pipeline.all(Topics.ANSWERS)).hasSize(2).allMatch(answer -> answer.getBankId().equals(OTHER));
        assertThat(pipeline.all(Topics.DEAD_LETTERS)).hasSize(4);
        for (String word : WORDS) {
            assertThat(left(folder, List.of(others(word)))).as("files with the other bank's %s", word).isNotEmpty();
        }
    }

    private static String others(String word) {
        return "other" + new StringBuilder(word).reverse(); // not in capitals: words are kept in small letters
    }

    /** Texts, names, a picture that can be seen and one that can't, dead letters of inbox and stage, bytes that nobody could read, an open turn. */
    private static void fill(PipelineFixture pipeline, String bank, List<String> words) throws Exception {
        for (int i = 1; i <= TURNS; i++) {
            pipeline.client.send(turn(bank, words, i, "Ann", "I saw a " + words.get(i % 3) + " number" + i));
        }
        pipeline.client.send(shows(bank, words, 30, PictureFiles.withText(PictureFiles.png(Color.RED), words.get(7))));
        pipeline.client.send(asks(bank, words));
        pipeline.client.send(turn(bank, words, 31, "Ben", "poison and " + words.get(3)));
        pipeline.client.send(turn(bank, words, 32, "Ann", "Indeed"));
        pipeline.client.send(turn(bank, words, 33, " ", "A " + words.get(5)));
        pipeline.client.send(shows(bank, words, 34, words.get(6).getBytes(StandardCharsets.UTF_8)));
        pipeline.client.flush();
        byte[] whole = pipeline.serdes.conversationEvents().serializer().serialize(Topics.CONVERSATION_EVENTS.name(),
                turn(bank, words, 35, "Ann", words.get(4) + " is cut off here"));
        try (KafkaProducer<String, byte[]> raw = new KafkaProducer<>(Map.of("bootstrap.servers", pipeline.broker.bootstrapServers()),
                new StringSerializer(), new ByteArraySerializer())) {
            raw.send(new ProducerRecord<>(Topics.CONVERSATION_EVENTS.name(), bank, java.util.Arrays.copyOf(whole, whole.length - 5))).get();
        }
        pipeline.client.send(turn(bank, words, 36, "Ann", words.get(0) + " waits for a partner"));
        pipeline.client.flush();
    }

    private static ConversationEvent shows(String bank, List<String> words, int number, byte[] file) {
        ConversationEvent picture = turn(bank, words, number, "Ann", "");
        picture.setBody(new Turn("Ann", "", new Picture(ByteBuffer.wrap(file), null, "image/png", null), true));
        return picture;
    }

    /** With the last word in its id. */
    private static ConversationEvent turn(String bank, List<String> words, int number, String speaker, String text) {
        return renamed(ScriptedPipeline.turn(bank, number, speaker, text), words);
    }

    private static ConversationEvent asks(String bank, List<String> words) {
        return renamed(ScriptedPipeline.question(bank, QUESTIONS.incrementAndGet(), "Who saw a " + words.get(0) + "?"), words);
    }

    private static ConversationEvent renamed(ConversationEvent event, List<String> words) {
        event.setEventId(event.getEventId() + words.get(words.size() - 1));
        return event;
    }

    private static MemoryWorker worker(PipelineFixture pipeline, Path state, MeterRegistry meters) {
        PipelineSettings settings = ScriptedPipeline.settings(pipeline.broker.bootstrapServers(), state,
                Map.of(PipelineSettings.FORGET_MAX_LAG_MS, LAG.toMillis()));
        var eyes = new ScriptedVisionModel(ScriptedPipeline.model(Duration.ZERO), request -> ScriptedVisionModel.said("a square"));
        return ModelPipeline.worker(settings, ScriptedPipeline.operators(eyes, new StageMeter()),
                pipeline.serdes, new PipelineMetrics(meters));
    }

    private static Set<String> left(Path folder, List<String> words) {
        return FileSearch.find(List.of(folder), words);
    }

    private static Set<String> topics(Set<String> found) {
        return found.stream().map(one -> one.substring(0, one.indexOf(':'))).collect(Collectors.toCollection(TreeSet::new));
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
