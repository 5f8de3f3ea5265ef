package org.memlora.topology.serving;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.registry.EmbeddedSchemaRegistry;
import org.memlora.topology.MemoryOperators;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.PipelineSettings;
import org.memlora.topology.broker.EmbeddedBroker;
import org.memlora.topology.client.PipelineClient;

/**
 * Broker, registry, topics and client in this process, with all data in one folder; the worker is what
 * {@code serve} runs. One partition: all banks share each micro-batch, and with it each model call.
 * Threading: start and close from one thread.
 */
public final class EmbeddedPipeline implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(90);

    private final Optional<TemporaryFolder> temporary;
    private final EmbeddedBroker broker;
    private final EmbeddedSchemaRegistry registry;
    private final AvroSerdes serdes;
    private final PipelineSettings settings;
    private final PipelineClient client;

    private EmbeddedPipeline(Path folder, Optional<TemporaryFolder> temporary, String applicationId) throws IOException, InterruptedException {
        this.temporary = temporary;
        broker = EmbeddedBroker.start(folder.resolve("broker"), 0);
        registry = EmbeddedSchemaRegistry.start(folder.resolve("registry"));
        serdes = AvroSerdes.of(registry.url());
        settings = PipelineSettings.of(Map.of(
                PipelineSettings.BOOTSTRAP_SERVERS, broker.bootstrapServers(),
                PipelineSettings.SCHEMA_REGISTRY_URL, registry.url(),
                PipelineSettings.APPLICATION_ID, applicationId,
                PipelineSettings.STATE_DIR, folder.resolve("state").toString(),
                PipelineSettings.PARTITIONS_PER_THREAD, 1,
                PipelineSettings.BATCH_EVENTS, 32,
                PipelineSettings.BATCH_WORST_MS, 240_000L));
        client = new PipelineClient(broker.bootstrapServers(), serdes, Map.of(), settings.maxMessageBytes());
        try {
            client.createTopics(1, Optional.of((short) 1));
            if (temporary.isEmpty()) {
                client.releaseKilledWorkers(applicationId);   // the broker is this process's own, so none runs
            }
        } catch (RuntimeException | InterruptedException e) {
            close();
            throw e;
        }
    }

    /** In a temporary folder, which goes with it. */
    public static EmbeddedPipeline start(String applicationId) throws IOException, InterruptedException {
        TemporaryFolder temporary = new TemporaryFolder(applicationId);
        return new EmbeddedPipeline(temporary.path(), Optional.of(temporary), applicationId);
    }

    /** In a folder that is kept: the next one there goes on with its topics and stores, also when this process was killed. */
    public static EmbeddedPipeline in(Path folder, String applicationId) throws IOException, InterruptedException {
        return new EmbeddedPipeline(Files.createDirectories(folder), Optional.empty(), applicationId);
    }

    public PipelineClient client() {
        return client;
    }

    /** What its workers run with. */
    public PipelineSettings settings() {
        return settings;
    }

    /** A worker that runs; the caller closes it before this object. */
    public MemoryWorker worker(MemoryOperators operators) throws InterruptedException {
        MemoryWorker worker = ModelPipeline.worker(settings, operators, serdes);
        try {
            worker.start(START_TIMEOUT);
            return worker;
        } catch (RuntimeException e) {
            worker.close();
            throw e;
        }
    }

    @Override
    public void close() {
        client.close();
        serdes.close();
        registry.close();
        broker.close();
        temporary.ifPresent(TemporaryFolder::close);
    }
}
