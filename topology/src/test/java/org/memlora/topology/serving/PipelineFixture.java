package org.memlora.topology.serving;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.Topics;
import org.memlora.schemas.registry.EmbeddedSchemaRegistry;
import org.memlora.topology.broker.EmbeddedBroker;
import org.memlora.topology.client.PipelineClient;
import org.memlora.topology.client.TopicReader;
import org.memlora.topology.outbox.ErasureTimes;

/** Broker, registry, topics and a client. */
public final class PipelineFixture implements AutoCloseable {

    public final EmbeddedBroker broker;
    public final EmbeddedSchemaRegistry registry;
    public final AvroSerdes serdes;
    public final PipelineClient client;

    public PipelineFixture(Path folder, int partitions) throws IOException, InterruptedException {
        this(folder, partitions, Duration.ofDays(1), Map.of());
    }

    public PipelineFixture(Path folder, int partitions, Duration forgetMaxLag, Map<String, String> brokerSettings)
            throws IOException, InterruptedException {
        broker = EmbeddedBroker.start(folder.resolve("broker"), 0, brokerSettings);
        registry = EmbeddedSchemaRegistry.start(folder.resolve("registry"));
        serdes = AvroSerdes.of(registry.url());
        client = new PipelineClient(broker.bootstrapServers(), serdes, Map.of(), 1 << 20);
        client.createTopics(partitions, Optional.of((short) 1), new ErasureTimes(forgetMaxLag));
    }

    /** Reads from the beginning until what came satisfies the condition. */
    public <V extends SpecificRecord> List<V> await(Topics.Topic<V> topic, Duration timeout, Predicate<List<V>> enough) {
        List<V> values = new ArrayList<>();
        Instant end = Instant.now().plus(timeout);
        try (TopicReader<V> reader = client.read(topic, true)) {
            while (!enough.test(values)) {
                if (Instant.now().isAfter(end)) {
                    throw new AssertionError("after " + timeout + " topic " + topic + " held only " + values);
                }
                reader.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
            }
        }
        return values;
    }

    public <V extends SpecificRecord> List<V> all(Topics.Topic<V> topic) {
        try (TopicReader<V> reader = client.read(topic, true)) {
            return reader.readToEnd().stream().map(record -> record.value()).toList();
        }
    }

    @Override
    public void close() {
        client.close();
        serdes.close();
        registry.close();
        broker.close();
    }
}
