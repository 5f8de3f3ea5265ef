package org.memlora.topology.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.test.TestRecord;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.MemoryRecord;
import org.memlora.schemas.Topics;
import org.memlora.topology.MemoryTopology;
import org.memlora.topology.PipelineSerdes;
import org.memlora.topology.PipelineSettings;
import org.memlora.topology.flow.Names;
import org.memlora.topology.monitoring.PipelineMetrics;

/** What the pipeline should have made of the events: each partition's once more from the first to the last, one after the other, in this process. */
final class Replay {

    private Replay() { }

    /** @param events all records of conversation-events, as they stand there @param notes for the model's notes */
    static Outcome of(List<ConsumerRecord<String, byte[]>> events, PipelineSettings settings, AvroSerdes serdes, Path notes) {
        Outcome outcome = new Outcome();
        Map<Integer, List<ConsumerRecord<String, byte[]>>> partitions = events.stream()
                .collect(Collectors.groupingBy(ConsumerRecord::partition, TreeMap::new, Collectors.toList()));
        partitions.values().forEach(partition -> replay(partition, settings, serdes, notes, outcome));
        return outcome;
    }

    private static void replay(List<ConsumerRecord<String, byte[]>> events, PipelineSettings given, AvroSerdes serdes, Path notes,
            Outcome outcome) {
        Path folder = temporary();
        Map<String, Object> values = new TreeMap<>();
        PipelineSettings.all().forEach(setting -> values.put(setting.key(), given.value(setting.key())));
        values.put(PipelineSettings.STATE_DIR, folder.toString());
        values.put(PipelineSettings.BATCH_EVENTS, 1); // one after the other, whatever batches the workers made
        PipelineSettings settings = PipelineSettings.of(values);
        var topology = MemoryTopology.build(settings, WorkerMain.operators(settings, notes, 0), PipelineSerdes.of(serdes),
                (partition, offset) -> true, PipelineMetrics.none());
        try (TopologyTestDriver driver = new TopologyTestDriver(topology, settings.streamsProperties(), Instant.now())) {
            TestInputTopic<String, byte[]> input = driver.createInputTopic(Topics.CONVERSATION_EVENTS.name(), new StringSerializer(),
                    new ByteArraySerializer());
            for (ConsumerRecord<String, byte[]> event : events) {
                input.pipeInput(new TestRecord<>(event.key(), event.value(), Instant.ofEpochMilli(event.timestamp())));
            }
            while (entries(driver, Names.INBOX_STORE) > 0) {
                driver.advanceWallClockTime(settings.duration(PipelineSettings.BATCH_WAIT_MS));
            }
            outputs(driver, serdes, Topics.MEMORY_OPERATIONS).forEach(outcome::operation);
            outputs(driver, serdes, Topics.ANSWERS).forEach(outcome::answer);
            outputs(driver, serdes, Topics.DEAD_LETTERS).forEach(outcome::deadLetter);
            try (KeyValueIterator<Bytes, MemoryRecord> memories = driver.<Bytes, MemoryRecord>getKeyValueStore(Names.MEMORIES_STORE).all()) {
                memories.forEachRemaining(entry -> outcome.memory(entry.key, entry.value));
            }
        } finally {
            delete(folder);
        }
    }

    private static <V extends SpecificRecord> List<V> outputs(TopologyTestDriver driver, AvroSerdes serdes, Topics.Topic<V> topic) {
        return driver.createOutputTopic(topic.name(), new StringDeserializer(), serdes.values(topic).deserializer()).readRecordsToList()
                .stream().filter(record -> record.value() != null).map(TestRecord::value).toList();
    }

    private static int entries(TopologyTestDriver driver, String store) {
        List<Object> all = new ArrayList<>();
        try (KeyValueIterator<Object, Object> iterator = driver.getKeyValueStore(store).all()) {
            iterator.forEachRemaining(all::add);
        }
        return all.size();
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("memlora-replay");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
