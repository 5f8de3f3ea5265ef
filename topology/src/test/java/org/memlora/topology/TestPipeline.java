package org.memlora.topology;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;
import org.memlora.models.PictureRequest;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.models.testing.HashEmbedder;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.models.testing.ScriptedVisionModel;
import org.memlora.operators.OperatorSettings;
import org.memlora.operators.extraction.ExtractionOperator;
import org.memlora.operators.generation.GenerationOperator;
import org.memlora.operators.memory.MemoryRetriever;
import org.memlora.operators.update.UpdateOperator;
import org.memlora.operators.vision.VisionOperator;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.MemoryRecord;
import org.memlora.schemas.OutputKey;
import org.memlora.schemas.Topics;
import org.memlora.topology.flow.Names;
import org.memlora.topology.memory.BankKey;
import org.memlora.topology.monitoring.PipelineMetrics;
import org.memlora.topology.outbox.EventsTopic;

/**
 * The real graph with real serdes in a TopologyTestDriver. The scripted model remembers each turn word for word, adds
 * whatever it is asked about unless the test says otherwise, and answers with all memories it was shown.
 */
final class TestPipeline implements AutoCloseable {

    static final String MOCK_REGISTRY = "mock://topology-tests";

    final ScriptedLanguageModel model;
    /** Looks at pictures; empty = no vision expert. */
    final Optional<ScriptedVisionModel> eyes;
    /** Completions of such requests end at the token limit. */
    Predicate<GenerationRequest> cutOff = request -> false;
    /** Called with the texts of each call of the embedder. */
    Consumer<List<String>> embeds = texts -> { };
    final AvroSerdes serdes = AvroSerdes.of(MOCK_REGISTRY);
    /** Offsets before which events were to be deleted. */
    final List<Long> deletedBefore = new ArrayList<>();
    boolean deletionWorks = true;
    final TopologyTestDriver driver;
    private final Path stateDir;
    private final PipelineSettings settings;
    private final TestInputTopic<String, byte[]> input;
    private final TestOutputTopic<String, Answer> answers;
    private final TestOutputTopic<String, MemoryOperation> operations;
    private final TestOutputTopic<String, FailedEvent> deadLetters;

    /** Settings as key, value, key, value. */
    TestPipeline(Object... settings) {
        this(Optional.empty(), Optional.empty(), OptionalInt.empty(), settings);
    }

    /** With a vision expert that sees what the test says. */
    static TestPipeline seeing(Function<PictureRequest, Completion> sees, Object... settings) {
        return new TestPipeline(Optional.empty(), Optional.of(sees), OptionalInt.empty(), settings);
    }

    /** One of so many partitions, the first. */
    static TestPipeline ofPartitions(int partitions) {
        return new TestPipeline(Optional.empty(), Optional.empty(), OptionalInt.of(partitions));
    }

    TestPipeline(Optional<Deserializer<ConversationEvent>> events, Object... settings) {
        this(events, Optional.empty(), OptionalInt.empty(), settings);
    }

    private TestPipeline(Optional<Deserializer<ConversationEvent>> events, Optional<Function<PictureRequest, Completion>> sees, OptionalInt partitions,
            Object... given) {
        model = new ScriptedLanguageModel("extraction", "update", "generation", "vision").otherwise(TestPipeline::reply);
        eyes = sees.map(see -> new ScriptedVisionModel(model, see));
        stateDir = temporary();
        Map<String, Object> values = new TreeMap<>(Map.of(PipelineSettings.STATE_DIR, stateDir.toString()));
        for (int i = 0; i < given.length; i += 2) {
            values.put(given[i].toString(), given[i + 1]);
        }
        settings = PipelineSettings.of(values);
        PipelineSerdes real = PipelineSerdes.of(serdes);
        PipelineSerdes all = new PipelineSerdes(events.orElse(real.events()), real.memories(), real.answers(), real.operations(),
                real.deadLetters());
        driver = new TopologyTestDriver(MemoryTopology.build(settings, operators(limited(model), watched(), eyes), all, events(partitions),
                        PipelineMetrics.none()), settings.streamsProperties(),
                Events.START);
        input = driver.createInputTopic(Topics.CONVERSATION_EVENTS.name(), new StringSerializer(), new ByteArraySerializer(),
                Events.START, Duration.ofMillis(1));
        answers = output(Topics.ANSWERS);
        operations = output(Topics.MEMORY_OPERATIONS);
        deadLetters = output(Topics.DEAD_LETTERS);
    }

    private EventsTopic events(OptionalInt partitions) {
        return new EventsTopic() {
            @Override
            public boolean deleteBefore(int partition, long offset) {
                return deletedBefore.add(offset) && deletionWorks;
            }

            @Override
            public OptionalInt partitions() {
                return partitions;
            }
        };
    }

    private LanguageModel limited(LanguageModel whole) {
        return new LanguageModel() {
            @Override
            public ModelInfo info() {
                return whole.info();
            }

            @Override
            public List<Completion> generate(List<GenerationRequest> batch) {
                List<Completion> completions = whole.generate(batch);
                List<Completion> limited = new ArrayList<>();
                for (int i = 0; i < batch.size(); i++) {
                    Completion all = completions.get(i);
                    limited.add(!cutOff.test(batch.get(i)) ? all : new Completion(all.text(), FinishReason.LENGTH, all.promptTokens(),
                            all.completionTokens(), 1_000, 1_000, Optional.empty()));
                }
                return limited;
            }

            @Override
            public void close() {
                whole.close();
            }
        };
    }

    private TextEmbedder watched() {
        HashEmbedder embedder = new HashEmbedder();
        return new TextEmbedder() {
            @Override
            public int dimensions() {
                return embedder.dimensions();
            }

            @Override
            public List<float[]> embed(List<String> texts) {
                embeds.accept(texts);
                return embedder.embed(texts);
            }

            @Override
            public void close() {
                embedder.close();
            }
        };
    }

    static MemoryOperators operators(LanguageModel model, TextEmbedder embedder) {
        return operators(model, embedder, Optional.empty());
    }

    private static MemoryOperators operators(LanguageModel model, TextEmbedder embedder, Optional<ScriptedVisionModel> eyes) {
        return new MemoryOperators(new ExtractionOperator(model, OperatorSettings.DEFAULT),
                new UpdateOperator(model, embedder, OperatorSettings.DEFAULT),
                new GenerationOperator(model, OperatorSettings.DEFAULT), new MemoryRetriever(embedder),
                eyes.map(open -> new VisionOperator(open, OperatorSettings.DEFAULT)), "scripted");
    }

    private static String reply(GenerationRequest request) {
        String user = request.prompt().get(request.prompt().size() - 1).content();
        return switch (request.expert()) {
            case "extraction" -> String.join("\n", user.lines().map(line -> "- " + line.replaceFirst(":", " said")).toList());
            case "update" -> "ADD";
            default -> String.join("; ", user.lines().filter(line -> line.startsWith("- ")).map(line -> line.substring(2)).toList());
        };
    }

    private <V extends org.apache.avro.specific.SpecificRecord> TestOutputTopic<String, V> output(Topics.Topic<V> topic) {
        return driver.createOutputTopic(topic.name(), new StringDeserializer(), serdes.values(topic).deserializer());
    }

    byte[] bytes(ConversationEvent event) {
        return serdes.conversationEvents().serializer().serialize(Topics.CONVERSATION_EVENTS.name(), event);
    }

    TestPipeline send(ConversationEvent... events) {
        for (ConversationEvent event : events) {
            sendRaw(event.getBankId(), bytes(event));
        }
        return this;
    }

    TestPipeline sendRaw(String key, byte[] value) {
        input.pipeInput(key, value);
        return this;
    }

    TestPipeline sendAt(long epochMillis, ConversationEvent event) {
        input.pipeInput(event.getBankId(), bytes(event), epochMillis);
        return this;
    }

    /** Lets all waiting micro-batches leave. */
    TestPipeline flush() {
        do {
            driver.advanceWallClockTime(settings.duration(PipelineSettings.BATCH_WAIT_MS));
        } while (!entries(Names.INBOX_STORE).isEmpty());
        return this;
    }

    List<Answer> answers() {
        return values(answers.readRecordsToList());
    }

    List<MemoryOperation> operations() {
        return values(operations.readRecordsToList());
    }

    List<TestRecord<String, MemoryOperation>> operationRecords() {
        return operations.readRecordsToList().stream().filter(record -> record.value() != null).toList();
    }

    List<KeyValue<String, FailedEvent>> deadLettersWithKeys() {
        return deadLetters.readKeyValuesToList();
    }

    List<FailedEvent> deadLetters() {
        return values(deadLetters.readRecordsToList());
    }

    /** Of the only task. */
    File stateFolder() {
        try (Stream<Path> files = Files.walk(stateDir)) {
            return files.filter(file -> file.getFileName().toString().equals("0_0")).findFirst().orElseThrow().toFile();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> deadLetterKeys() {
        return deadLetters.readRecordsToList().stream().map(TestRecord::key).toList();
    }

    /** All that were written; a Forget puts tombstones over those of its bank. */
    private static <V> List<V> values(List<TestRecord<String, V>> records) {
        return records.stream().filter(record -> record.value() != null).map(TestRecord::value).toList();
    }

    /** What compacted topics would keep: key and value of all outputs not read yet. */
    Map<String, Object> outputs() {
        Map<String, Object> last = new LinkedHashMap<>();
        Stream.of(answers, operations, deadLetters).forEach(topic -> topic.readRecordsToList().forEach(record -> {
            String key = topic + record.key();
            last.remove(key);
            if (record.value() != null) {
                last.put(key, record.value());
            }
        }));
        return last;
    }

    /** Keys of the markers on all outputs, among what was not read yet. */
    List<String> markers() {
        List<String> keys = new ArrayList<>();
        Stream.of(answers, operations, deadLetters).forEach(topic -> topic.readRecordsToList().stream()
                .filter(record -> record.value() == null).map(TestRecord::key).filter(OutputKey::isMarker).forEach(keys::add));
        return keys;
    }

    /** All keys of a store, as text that shows every byte. */
    List<String> keys(String store) {
        return entries(store).stream().map(entry -> new String(entry.key.get(), java.nio.charset.StandardCharsets.ISO_8859_1)).toList();
    }

    List<KeyValue<Bytes, Object>> entries(String store) {
        KeyValueStore<Bytes, Object> entries = driver.getKeyValueStore(store);
        List<KeyValue<Bytes, Object>> all = new ArrayList<>();
        try (KeyValueIterator<Bytes, Object> iterator = entries.all()) {
            iterator.forEachRemaining(all::add);
        }
        return all;
    }

    /** Everything in all stores that the bank's id stands in, as it is or hashed: key or value. */
    List<String> tracesOf(String bank) {
        String hash = new String(BankKey.prefix(bank).get(), java.nio.charset.StandardCharsets.ISO_8859_1);
        List<String> traces = new ArrayList<>();
        for (String store : List.of(Names.INBOX_STORE, Names.SEEN_STORE, Names.CONVERSATIONS_STORE, Names.MEMORIES_STORE,
                Names.PICTURES_STORE, Names.OUTPUTS_STORE, Names.ERASURES_STORE)) {
            for (KeyValue<Bytes, Object> entry : entries(store)) {
                String value = entry.value instanceof byte[] bytes
                        ? new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1) : entry.value.toString();
                String key = new String(entry.key.get(), java.nio.charset.StandardCharsets.ISO_8859_1);
                if (key.contains(hash) || key.contains(bank) || value.contains(bank)) {
                    traces.add(store + ": " + key);
                }
            }
        }
        return traces;
    }

    /** The memories of a bank, in the order of their ids. */
    List<MemoryRecord> memories(String bank) {
        return entries(Names.MEMORIES_STORE).stream().filter(entry -> BankKey.isOf(entry.key, bank))
                .map(entry -> (MemoryRecord) entry.value).toList();
    }

    List<String> memoryTexts(String bank) {
        return memories(bank).stream().map(MemoryRecord::getText).sorted().toList();
    }

    List<String> requests(String expert) {
        return model.requests().stream().filter(request -> request.expert().equals(expert))
                .map(ScriptedLanguageModel::promptText).toList();
    }

    static boolean asks(GenerationRequest request, String expert, String... words) {
        return request.expert().equals(expert) && Arrays.stream(words).allMatch(ScriptedLanguageModel.promptText(request)::contains);
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("memlora-topology-" + UUID.randomUUID());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        driver.close();
        serdes.close();
        try (Stream<Path> files = Files.walk(stateDir)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
