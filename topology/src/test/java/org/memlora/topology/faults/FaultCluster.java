package org.memlora.topology.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.MemoryRecord;
import org.memlora.schemas.Topics;
import org.memlora.schemas.registry.EmbeddedSchemaRegistry;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.PipelineSettings;
import org.memlora.topology.client.ConnectionException;
import org.memlora.topology.client.PipelineClient;
import org.memlora.topology.client.TopicReader;
import org.memlora.topology.flow.Names;
import org.memlora.topology.outbox.ErasureTimes;
import org.memlora.topology.serving.ModelPipeline;

/** A broker in a process of its own, a registry, topics, a patient producer, workers on demand; at the end, everything compared. */
final class FaultCluster implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(120);
    private static final int BROKER_HEAP = 512;
    private static final int MOST_MESSAGE_BYTES = 1 << 20;

    final Path folder;
    final AvroSerdes serdes;
    final PipelineClient client;
    /** Folder of the models' switches and notes. */
    final Path notes;
    private final int brokerPort = freePort();
    private final Map<String, Object> settings;
    private final Producer<String, byte[]> producer;
    private final List<ChildProcess> children = new ArrayList<>();
    private final List<Future<?>> sent = new ArrayList<>();
    private ChildProcess broker;
    private EmbeddedSchemaRegistry registry;
    private int workers;
    private Path replayNotes;

    /** @param further settings of the pipeline: key, value, key, value */
    FaultCluster(Path folder, int partitions, Object... further) throws IOException, InterruptedException {
        this.folder = folder;
        notes = Files.createDirectories(folder.resolve("notes"));
        startBroker();
        registry = EmbeddedSchemaRegistry.start(folder.resolve("registry"));
        serdes = AvroSerdes.of(registry.url());
        client = newClient();
        settings = new HashMap<>(Map.of(
                PipelineSettings.BOOTSTRAP_SERVERS, brokers(),
                PipelineSettings.SCHEMA_REGISTRY_URL, registry.url(),
                PipelineSettings.APPLICATION_ID, "faults",
                PipelineSettings.BATCH_EVENTS, 8,
                PipelineSettings.BATCH_WAIT_MS, 100L,
                PipelineSettings.BATCH_WORST_MS, 10_000L,
                PipelineSettings.THREAD_REPLACEMENTS, 100,
                "kafka.main.consumer.session.timeout.ms", "6000",
                "kafka.main.consumer.heartbeat.interval.ms", "1500"));
        for (int i = 0; i < further.length; i += 2) {
            settings.put(further[i].toString(), further[i + 1]);
        }
        awaitBroker();
        client.createTopics(partitions, Optional.of((short) 1), new ErasureTimes(Duration.ofDays(1)));
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", brokers(), "delivery.timeout.ms", 600_000, "max.block.ms", 600_000,
                "max.in.flight.requests.per.connection", 1,
                "max.request.size", MOST_MESSAGE_BYTES), new StringSerializer(), new ByteArraySerializer());
    }

    /** A client with a producer of its own. */
    PipelineClient newClient() {
        return new PipelineClient(brokers(), serdes, Map.of(), MOST_MESSAGE_BYTES);
    }

    String brokers() {
        return "localhost:" + brokerPort;
    }

    ChildProcess broker() {
        return broker;
    }

    void startBroker() throws IOException {
        broker = ChildProcess.start("broker", BROKER_HEAP, BrokerMain.class, folder.resolve("broker"), brokerPort);
        children.add(broker);
    }

    void stopRegistry() {
        registry.close();
    }

    void startRegistry() throws IOException {
        registry = EmbeddedSchemaRegistry.start(folder.resolve("registry"), Integer.parseInt(registry.url().replaceAll(".*:", "")));
    }

    /** Settings of the workers; each slot has a state folder of its own. */
    PipelineSettings settings(String slot) {
        Map<String, Object> own = new HashMap<>(settings);
        own.put(PipelineSettings.STATE_DIR, stateFolder(slot).toString());
        return PipelineSettings.of(own);
    }

    Path stateFolder(String slot) {
        return folder.resolve("state-" + slot);
    }

    ChildProcess startWorker(String slot, int heapMegabytes, long delayMillis) throws IOException {
        Properties properties = new Properties();
        settings.forEach((key, value) -> properties.setProperty(key, value.toString()));
        properties.setProperty(PipelineSettings.STATE_DIR, stateFolder(slot).toString());
        Path file = folder.resolve("worker-" + workers++ + ".properties");
        try (var writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        ChildProcess worker = ChildProcess.start("worker-" + slot, heapMegabytes, WorkerMain.class, file, notes, delayMillis);
        children.add(worker);
        return worker;
    }

    byte[] bytes(ConversationEvent event) {
        return serdes.conversationEvents().serializer().serialize(Topics.CONVERSATION_EVENTS.name(), event);
    }

    void send(ConversationEvent event) {
        sendRaw(event.getBankId(), bytes(event));
    }

    /** Waits for no answer; the producer tries for ten minutes. Threading: one thread at a time. */
    void sendRaw(String key, byte[] value) {
        synchronized (sent) {
            sent.add(producer.send(new ProducerRecord<>(Topics.CONVERSATION_EVENTS.name(), key, value)));
        }
    }

    /** Returns when the broker has all that was sent. */
    void flush() throws Exception {
        producer.flush();
        synchronized (sent) {
            for (Future<?> one : sent) {
                one.get();
            }
            sent.clear();
        }
    }

    /**
     * Waits until these questions are answered.
     *
     * @param stuck longest time without any answer, operation or dead letter: how long all takes depends on the machine
     */
    void awaitAnswers(List<ConversationEvent> questions, Duration stuck) throws InterruptedException {
        Set<String> open = new HashSet<>();
        questions.forEach(question -> open.add(question.getBankId() + " " + question.getEventId()));
        Instant moved = Instant.now();
        try (TopicReader<Answer> answers = client.read(Topics.ANSWERS, true);
                TopicReader<MemoryOperation> operations = client.read(Topics.MEMORY_OPERATIONS, false);
                TopicReader<FailedEvent> letters = client.read(Topics.DEAD_LETTERS, false)) {
            while (!open.isEmpty()) {
                List<ConsumerRecord<String, Answer>> found = answers.poll(Duration.ofMillis(200));
                found.forEach(record -> open.remove(record.value().getBankId() + " " + record.value().getQuestionEventId()));
                if (!found.isEmpty() || !operations.poll(Duration.ZERO).isEmpty() || !letters.poll(Duration.ZERO).isEmpty()) {
                    moved = Instant.now();
                }
                assertThat(Duration.between(moved, Instant.now())).as("questions without an answer: " + open).isLessThan(stuck);
            }
        }
    }

    /** All events as they stand in the topic. */
    List<ConsumerRecord<String, byte[]>> events() {
        Map<String, Object> own = Map.of("bootstrap.servers", brokers(), "auto.offset.reset", "earliest");
        List<ConsumerRecord<String, byte[]>> events = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(own, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.CONVERSATION_EVENTS.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(events::add);
            }
        }
        return events;
    }

    /** What came out, with read_committed, and what a worker with an empty folder restores. All other workers must have ended. */
    Outcome outcome() throws Exception {
        Outcome outcome = new Outcome();
        read(Topics.MEMORY_OPERATIONS).forEach(outcome::operation);
        read(Topics.ANSWERS).forEach(outcome::answer);
        read(Topics.DEAD_LETTERS).forEach(outcome::deadLetter);
        PipelineSettings own = settings("verifier");
        try (MemoryWorker verifier = ModelPipeline.worker(own, WorkerMain.operators(own, notes, 0), serdes)) {
            verifier.start(START);
            try (KeyValueIterator<Bytes, MemoryRecord> memories = verifier.streams().store(StoreQueryParameters.fromNameAndType(
                    Names.MEMORIES_STORE, QueryableStoreTypes.<Bytes, MemoryRecord>keyValueStore())).all()) {
                memories.forEachRemaining(entry -> outcome.memory(entry.key, entry.value));
            }
        }
        return outcome;
    }

    <V extends org.apache.avro.specific.SpecificRecord> List<V> read(Topics.Topic<V> topic) {
        try (TopicReader<V> reader = client.read(topic, true)) {
            return reader.readToEnd().stream().map(record -> record.value()).toList();
        }
    }

    /** Compares what came out with a sequential replay of the topic; the figures for the row. */
    String verify(Map<String, String> bankWords) throws Exception {
        List<ConsumerRecord<String, byte[]>> events = events();
        replayNotes = Files.createDirectories(folder.resolve("replay-notes"));
        Outcome expected = Replay.of(events, settings("replay"), serdes, replayNotes);
        Outcome found = outcome();
        assertThat(found.firstDifference(expected)).isEmpty();
        assertThat(found.lost(expected)).as("lost").isZero();
        assertThat(found.doubled(expected)).as("doubled").isZero();
        assertThat(found.reordered(expected)).as("banks out of order").isZero();
        assertThat(found.foreign(bankWords)).as("records with another bank's word").isZero();
        assertThat(notes.resolve("leaks")).as("prompts with words of two banks").doesNotExist();
        return String.format("%,d events: %,d operations, %,d answers, %,d dead letters, %,d memories as in the replay; 0 lost, 0 doubled,"
                + " 0 out of order, 0 foreign", events.size(), found.operations(), found.answers(), found.deadLetters(), found.memories());
    }

    /** Requests to the model in the replay of {@link #verify}. */
    int replayedRequests() throws IOException {
        return Files.readAllLines(replayNotes.resolve("calls")).stream().mapToInt(call -> Integer.parseInt(call.split(" ")[1])).sum();
    }

    /** States that workers noted so far: "pid STATE milliseconds since its start". */
    List<String> states() throws IOException {
        Path file = notes.resolve("states");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    /** Waits until so many times a worker came to the state RUNNING. */
    void awaitRunning(long times) throws Exception {
        Instant end = Instant.now().plus(START);
        while (states().stream().filter(state -> state.contains(" RUNNING ")).count() < times) {
            assertThat(Instant.now()).as("worker not running, see target/faults").isBefore(end);
            Thread.sleep(100);
        }
    }

    private void awaitBroker() throws InterruptedException {
        Instant end = Instant.now().plus(START);
        while (true) {
            try {
                client.requireBroker();
                return;
            } catch (ConnectionException e) {
                if (Instant.now().isAfter(end)) {
                    throw e;
                }
            }
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
        client.close();
        serdes.close();
        registry.close();
        children.forEach(ChildProcess::close);
    }
}
