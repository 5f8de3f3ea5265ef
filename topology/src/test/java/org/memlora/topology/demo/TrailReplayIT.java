package org.memlora.topology.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.schemas.Answer;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.MemoryRecord;
import org.memlora.schemas.OperationKind;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.memory.BankKey;
import org.memlora.topology.serving.EmbeddedPipeline;
import org.memlora.topology.serving.ScriptedPipeline;
import org.memlora.topology.serving.StageMeter;

class TrailReplayIT {

    private static final Instant MARCH = Instant.parse("2025-03-01T10:00:00Z");
    private static final Instant APRIL = Instant.parse("2025-04-01T10:00:00Z");

    private final Map<Bytes, MemoryRecord> memories = new TreeMap<>();
    private final TrailReplay replay = new TrailReplay();

    private static MemoryOperation operation(OperationKind kind, Instant time, String fact, String memory, String target) {
        return new MemoryOperation("o", "ann", kind, time, fact, memory, target, null, null, List.of("e1"), "model", null);
    }

    private void store(String id, String text, Instant from, Instant to) {
        memories.put(BankKey.of("ann", id), new MemoryRecord(id, text, from, to, null, List.of("e1"), null, null, ByteBuffer.allocate(0), null, null));
    }

    @Test
    void aStoreThatHoldsWhatTheOperationsSayHasNoDifferences() {
        replay.apply(operation(OperationKind.ADD, MARCH, "Ann lives in Rome", "m1", null));
        replay.apply(operation(OperationKind.UPDATE, APRIL, "Ann lives in Oslo", "m2", "m1"));
        store("m1", "Ann lives in Rome", MARCH, APRIL);
        store("m2", "Ann lives in Oslo", APRIL, null);

        assertThat(replay.differences(new Kept(memories))).isEmpty();
        assertThat(replay.memories()).isEqualTo(2);
    }

    @Test
    void lostDoubledAndChangedMemoriesAreNamed() {
        replay.apply(operation(OperationKind.ADD, MARCH, "Ann lives in Rome", "m1", null));
        replay.apply(operation(OperationKind.ADD, MARCH, "Ann has a cat", "m2", null));
        store("m1", "Ann lives in Rome", MARCH, APRIL);
        store("m3", "Ann has a cat", MARCH, null);

        assertThat(replay.differences(new Kept(memories))).hasSize(3)
                .anyMatch(line -> line.startsWith("bank ann, memory m1: ") && line.contains(APRIL.toString()))
                .anyMatch(line -> line.startsWith("bank ann, memory m2: ") && line.endsWith("store nothing"))
                .anyMatch(line -> line.startsWith("in the store and in no operation: "));
    }

    @Test
    void aKeptFolderGoesOnWhereItWasAndSaysNothingTwice(@TempDir Path folder) throws Exception {
        Path half = dialogue(folder, 3);
        Path whole = dialogue(folder, 6);
        ScriptedLanguageModel model = ScriptedPipeline.model(Duration.ZERO);

        Collected first = stream(folder.resolve("kept"), half, model);
        Collected second = stream(folder.resolve("kept"), whole, model);

        assertThat(first.operations).hasSizeGreaterThanOrEqualTo(3);
        assertThat(second.operations).hasSizeGreaterThan(first.operations.size()).startsWith(first.operations.toArray(MemoryOperation[]::new))
                .extracting(MemoryOperation::getOperationId).doesNotHaveDuplicates();
        assertThat(second.answers).extracting(Answer::getQuestionEventId).doesNotHaveDuplicates().hasSize(2);
        assertThat(first.differences).isEmpty();
        assertThat(second.differences).isEmpty();
    }

    private static Path dialogue(Path folder, int turns) throws IOException {
        String lines = IntStream.rangeClosed(1, turns).mapToObj(i -> """
                {"type": "turn", "bank": "ann", "id": "t%d", "time": "2025-03-%02dT10:00:00Z", "speaker": "Ann", "text": "Number %d is a %s"}
                """.formatted(i, i, i, List.of("", "heron", "lantern", "teapot", "saddle", "violin", "walnut").get(i))).collect(Collectors.joining());
        return Files.writeString(folder.resolve(turns + ".jsonl"), lines + """
                {"type": "question", "bank": "ann", "id": "q%d", "time": "2025-03-20T10:00:00Z", "text": "What is number 1?"}
                """.formatted(turns));
    }

    private static Collected stream(Path kept, Path file, ScriptedLanguageModel model) throws Exception {
        Collected collected = new Collected();
        try (EmbeddedPipeline pipeline = EmbeddedPipeline.in(kept, "kept");
                MemoryWorker worker = pipeline.worker(ScriptedPipeline.operators(model, new StageMeter()))) {
            assertThat(new DialogueStream(DialogueReader.read(file).closed()).run(pipeline.client(), worker, collected)).isTrue();
            TrailReplay replay = new TrailReplay();
            collected.operations.forEach(replay::apply);
            collected.differences = replay.differences(worker);
        }
        return collected;
    }

    private static final class Collected implements DialogueStream.Listener {
        private final List<MemoryOperation> operations = new ArrayList<>();
        private final List<Answer> answers = new ArrayList<>();
        private List<String> differences;

        @Override
        public void news(List<MemoryOperation> newOperations, List<Answer> newAnswers, List<FailedEvent> letters) {
            operations.addAll(newOperations);
            answers.addAll(newAnswers);
        }

        @Override
        public void progress(int done, int total) { }
    }

    /** Of a map. */
    private record Kept(Map<Bytes, MemoryRecord> entries) implements ReadOnlyKeyValueStore<Bytes, MemoryRecord> {

        @Override
        public MemoryRecord get(Bytes key) {
            return entries.get(key);
        }

        @Override
        public KeyValueIterator<Bytes, MemoryRecord> range(Bytes from, Bytes to) {
            throw new UnsupportedOperationException();
        }

        @Override
        public KeyValueIterator<Bytes, MemoryRecord> all() {
            var iterator = entries.entrySet().iterator();
            return new KeyValueIterator<>() {
                @Override
                public void close() { }

                @Override
                public Bytes peekNextKey() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public boolean hasNext() {
                    return iterator.hasNext();
                }

                @Override
                public KeyValue<Bytes, MemoryRecord> next() {
                    var next = iterator.next();
                    return KeyValue.pair(next.getKey(), next.getValue());
                }
            };
        }

        @Override
        public long approximateNumEntries() {
            return entries.size();
        }
    }
}
