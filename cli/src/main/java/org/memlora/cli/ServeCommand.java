package org.memlora.cli;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.KafkaStreams.State;
import org.memlora.models.ModelInfo;
import org.memlora.models.WorkerModels;
import org.memlora.models.embedding.MiniLmEmbedder;
import org.memlora.schemas.AvroSerdes;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.PipelineSettings;
import org.memlora.topology.client.ErasureLimits;
import org.memlora.topology.client.PipelineClient;
import org.memlora.topology.demo.WorkProgress;
import org.memlora.topology.monitoring.MonitoringServer;
import org.memlora.topology.monitoring.PipelineMetrics;
import org.memlora.topology.monitoring.WorkerState;
import org.memlora.topology.serving.ModelHangError;
import org.memlora.topology.serving.ModelPipeline;
import org.memlora.topology.serving.StageMeter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "serve", mixinStandardHelpOptions = true, description = "A worker: runs until it is stopped.")
final class ServeCommand implements Callable<Integer> {

    private static final int HEALTH_SECONDS = 5;

    @Mixin
    private ConnectionOptions connection;

    @Mixin
    private ModelOptions model;

    @Option(names = "--application-id", paramLabel = "ID", description = "Workers of one id share the partitions.")
    private String applicationId;

    @Option(names = "--state-dir", paramLabel = "DIR", description = "Folder of the local stores.")
    private String stateDir;

    @Option(names = "--threads", paramLabel = "N", description = "Stream threads.")
    private Integer threads;

    @Option(names = "--create-topics", description = "Create the topics that are missing.")
    private boolean createTopics;

    @Option(names = "--partitions", paramLabel = "N", description = "Partitions of created topics. Default: ${DEFAULT-VALUE}.", defaultValue = "4")
    private int partitions;

    @Option(names = "--topics-only", description = "Create the topics that are missing, then end.")
    private boolean topicsOnly;

    @Option(names = "--health-file", paramLabel = "FILE", description = "Touched every " + HEALTH_SECONDS + " s while the worker runs.")
    private Path healthFile;

    /** Said once, until it works again. A task that throws would never run again. */
    private boolean healthFileFails;

    @Option(names = "--metrics-port", paramLabel = "N", description = "Serve /metrics, /health/live, /health/ready, /topology and /state"
            + " there; 9404 is the usual one. Default: not at all.")
    private Integer metricsPort;

    @Option(names = "--metrics-host", paramLabel = "HOST", description = "Address to serve them at; there is no access control."
            + " Default: ${DEFAULT-VALUE}.", defaultValue = "localhost")
    private String metricsHost;

    @Override
    public Integer call() throws Exception {
        if (metricsPort != null) {
            OptionRanges.requirePort("--metrics-port", metricsPort);
        }
        if (healthFile != null && !Files.isDirectory(healthFile.toAbsolutePath().getParent())) {
            throw new UserError("There is no folder " + healthFile.toAbsolutePath().getParent() + " for the health file " + healthFile + ".");
        }
        PipelineSettings settings = connection.settings(options());
        try (PipelineClient client = connection.client()) {
            if (createTopics || topicsOnly) {
                client.createTopics(partitions, Optional.empty(), settings.erasureTimes());
            }
            ErasureLimits limits = client.erasureLimits(settings.text(PipelineSettings.APPLICATION_ID));
            if (!topicsOnly) {
                limits.refusal(settings.erasureTimes()).ifPresent(reason -> {
                    throw new UserError(reason);
                });
            }
            limits.problemsWith(settings.erasureTimes()).forEach(problem -> System.err.println("memlora: " + problem));
        }
        if (topicsOnly) {
            return 0;
        }
        try (WorkProgress progress = new WorkProgress(System.err);
                WorkerModels loaded = model.load(true, progress.downloads());
                MiniLmEmbedder embedder = new MiniLmEmbedder();
                AvroSerdes serdes = ConnectionOptions.serdes(settings)) {
            progress.close();
            ModelInfo info = loaded.language().info();
            System.out.println("Worker of " + settings.text(PipelineSettings.APPLICATION_ID) + ": base " + info.base() + ", experts "
                    + (info.experts().isEmpty() ? "none" : String.join(", ", new TreeSet<>(info.experts())))
                    + "; pictures: " + loaded.eyes().map(eyes -> eyes.info().base()).orElse("by their captions") + "; Kafka at " + settings.text(PipelineSettings.BOOTSTRAP_SERVERS) + "; Ctrl-C ends.");
            StageMeter meter = new StageMeter();
            PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            MemoryWorker worker = ModelPipeline.worker(settings, ModelPipeline.operators(loaded, embedder, meter, settings.modelHang()),
                    serdes, new PipelineMetrics(registry));
            if (metricsPort == null) {
                return serve(worker);
            }
            try (MonitoringServer monitoring = monitoring(worker, registry, meter)) {
                return serve(worker);
            }
        }
    }

    private MonitoringServer monitoring(MemoryWorker worker, PrometheusMeterRegistry registry, StageMeter meter) {
        try {
            return MonitoringServer.start(metricsHost, metricsPort, registry, new WorkerState(worker), meter);
        } catch (IOException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    private int serve(MemoryWorker worker) throws InterruptedException {
        ScheduledExecutorService health = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "health");
            thread.setDaemon(true);
            return thread;
        });
        EndSignals.stopBy(worker::close);
        if (healthFile != null) {
            health.scheduleAtFixedRate(() -> touch(worker), 0, HEALTH_SECONDS, TimeUnit.SECONDS);
        }
        worker.start();
        worker.awaitStop();
        health.shutdownNow();
        if (worker.state() == State.PENDING_SHUTDOWN) {
            halt("The events in hand were not done in time; nothing of them is committed, the next worker takes them up.");
        }
        if (worker.failure().filter(ServeCommand::isHang).isPresent()) {
            halt(worker.failure().get().getMessage());
        }
        if (worker.failure().isPresent()) {
            throw new IllegalStateException("The worker stopped: " + worker.failure().get().getMessage(), worker.failure().get());
        }
        return 0;
    }

    private static boolean isHang(Throwable failure) {
        return failure instanceof ModelHangError || failure.getCause() != null && isHang(failure.getCause());
    }

    /** Closing the model would wait for a call that may not come back, and fail the requests of those that do. */
    private static void halt(String message) {
        System.err.println("memlora: " + message);
        System.err.flush();
        Runtime.getRuntime().halt(1);
    }

    private void touch(MemoryWorker worker) {
        if (worker.state() != State.RUNNING && worker.state() != State.REBALANCING) {
            return;
        }
        try {
            if (!Files.exists(healthFile)) {
                Files.createFile(healthFile);
            }
            Files.setLastModifiedTime(healthFile, FileTime.from(Instant.now()));
            healthFileFails = false;
        } catch (IOException e) {
            if (!healthFileFails) {
                System.err.println("memlora: The health file " + healthFile + " can't be touched (" + e + "); tried again every " + HEALTH_SECONDS + " s.");
            }
            healthFileFails = true;
        }
    }

    private Map<String, String> options() {
        Map<String, String> options = new HashMap<>();
        if (applicationId != null) {
            options.put(PipelineSettings.APPLICATION_ID, applicationId);
        }
        if (stateDir != null) {
            options.put(PipelineSettings.STATE_DIR, stateDir);
        }
        if (threads != null) {
            options.put(PipelineSettings.STREAM_THREADS, threads.toString());
        }
        return options;
    }
}
