package org.memlora.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.registry.EmbeddedSchemaRegistry;
import org.memlora.topology.PipelineSettings;
import org.memlora.topology.broker.EmbeddedBroker;
import org.memlora.topology.client.PipelineClient;
import org.memlora.topology.outbox.ErasureTimes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "broker", mixinStandardHelpOptions = true,
        description = "Kafka and a schema registry for a laptop: one node on localhost, until stopped. Not for production.")
final class BrokerCommand implements Callable<Integer> {

    @Option(names = "--port", paramLabel = "N", description = "Kafka's port. Default: ${DEFAULT-VALUE}.", defaultValue = "9092")
    private int port;

    @Option(names = "--registry-port", paramLabel = "N", description = "The registry's port. Default: ${DEFAULT-VALUE}.", defaultValue = "8081")
    private int registryPort;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "Kept over a restart. Default: ${DEFAULT-VALUE}.", defaultValue = "data/broker")
    private Path dataDir;

    @Option(names = "--partitions", paramLabel = "N", description = "Partitions of new topics. Default: ${DEFAULT-VALUE}.", defaultValue = "4")
    private int partitions;

    @Option(names = "--forget-max-lag", paramLabel = "SECONDS", description = "forget.max.lag.ms of new topics, as workers have it,"
            + " here in seconds. Default: ${DEFAULT-VALUE}, a day.", defaultValue = "86400")
    private Duration forgetMaxLag;

    @Override
    public Integer call() throws Exception {
        OptionRanges.requirePort("--port", port);
        OptionRanges.requirePort("--registry-port", registryPort);
        EmbeddedBroker broker;
        try {
            broker = EmbeddedBroker.start(dataDir, port);
        } catch (IOException e) {
            throw new UserError(e.getMessage(), e);
        }
        EmbeddedSchemaRegistry registry;
        try {
            registry = EmbeddedSchemaRegistry.start(dataDir.resolve("registry"), registryPort);
        } catch (UncheckedIOException e) {
            broker.close();
            throw new UserError("The schema registry can't be started at port " + registryPort + " with its data in " + dataDir.resolve("registry") + ": "
                    + e.getCause().getMessage() + "; give another --registry-port or --data-dir.", e);
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            registry.close();
            broker.close();
            stopped.countDown();
        }, "stop"));
        int maxBytes = PipelineSettings.of(Map.of()).maxMessageBytes();
        try (AvroSerdes serdes = AvroSerdes.of(registry.url());
                PipelineClient client = new PipelineClient(broker.bootstrapServers(), serdes, Map.of(), maxBytes)) {
            client.createTopics(partitions, Optional.empty(), new ErasureTimes(forgetMaxLag));
        }
        System.out.println("Kafka at " + broker.bootstrapServers() + ", schema registry at " + registry.url()
                + ", data in " + dataDir.toAbsolutePath() + "; Ctrl-C ends.");
        stopped.await();
        return 0;
    }
}
