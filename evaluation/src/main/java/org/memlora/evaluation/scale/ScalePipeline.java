package org.memlora.evaluation.scale;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.memlora.evaluation.scale.ScaleRow.Percentiles;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Question;
import org.memlora.schemas.Topics;
import org.memlora.schemas.Turn;
import org.memlora.schemas.registry.EmbeddedSchemaRegistry;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.PipelineSettings;
import org.memlora.topology.broker.EmbeddedBroker;
import org.memlora.topology.client.PipelineClient;
import org.memlora.topology.client.TopicReader;
import org.memlora.topology.monitoring.PipelineMetrics;
import org.memlora.topology.serving.ModelPipeline;
import org.memlora.topology.serving.StageMeter;

/** Broker, registry and a number of workers in this process, for one measurement. Threading: one thread. */
final class ScalePipeline implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration TIMEOUT = Duration.ofMinutes(20);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Instant TIME = Instant.parse("2025-03-01T10:00:00Z");
    private static final String RETRIEVAL = "memlora.retrieval";

    private final Path folder;
    private final EmbeddedBroker broker;
    private final EmbeddedSchemaRegistry registry;
    private final AvroSerdes serdes;
    private final PipelineClient client;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<MemoryWorker> workers = new ArrayList<>();
    private int sent;

    ScalePipeline(int workerCount, Duration modelCall) throws IOException, InterruptedException {
        folder = Files.createTempDirectory("memlora-scale");
        broker = EmbeddedBroker.start(folder.resolve("broker"), 0);
        registry = EmbeddedSchemaRegistry.start(folder.resolve("registry"));
        serdes = AvroSerdes.of(registry.url());
        client = new PipelineClient(broker.bootstrapServers(), serdes, Map.of(), PipelineSettings.defaults().maxMessageBytes());
        client.createTopics(workerCount, Optional.of((short) 1));
        meters.config().meterFilter(new MeterFilter() {
            @Override
            public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
                return id.getName().equals(RETRIEVAL) ? DistributionStatisticConfig.builder().percentiles(0.5, 0.95)
                        .expiry(Duration.ofHours(1)).build().merge(config) : config;
            }
        });
        PipelineMetrics metrics = new PipelineMetrics(meters);
        for (int i = 0; i < workerCount; i++) {
            PipelineSettings settings = PipelineSettings.of(Map.of(
                    PipelineSettings.BOOTSTRAP_SERVERS, broker.bootstrapServers(),
                    PipelineSettings.SCHEMA_REGISTRY_URL, registry.url(),
                    PipelineSettings.APPLICATION_ID, "scale",
                    PipelineSettings.PARTITIONS_PER_THREAD, 1,
                    PipelineSettings.STATE_DIR, folder.resolve("state-" + i).toString()));
            workers.add(ModelPipeline.worker(settings,
                    ModelPipeline.operators(new ScaleModel(modelCall), new ScaleEmbedder(), new StageMeter()), serdes, metrics));
        }
        for (MemoryWorker worker : workers) {
            worker.start();
        }
        ask(banks(workerCount * 4)); // all partitions have worked once
    }

    static List<String> banks(int count) {
        return Stream.iterate(0, i -> i + 1).limit(count).map(i -> "bank-" + i).toList();
    }

    /** Sends turns to the banks in turns and waits until all are done; seconds. */
    double turns(List<String> banks, int count) throws InterruptedException {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            String text = "saw thing" + sent + " in place" + sent % 97 + " with friend" + sent % 31;
            client.send(new ConversationEvent("t" + sent++, banks.get(i % banks.size()), TIME.plusSeconds(sent), new Turn("Ann", text, null, true)));
        }
        ask(banks);
        return (System.nanoTime() - start) / 1e9;
    }

    /** Asks each bank and waits for all answers. */
    private void ask(List<String> banks) throws InterruptedException {
        Set<String> open = new HashSet<>();
        try (TopicReader<Answer> answers = client.read(Topics.ANSWERS, false)) {
            for (String bank : banks) {
                open.add(question(bank));
            }
            client.flush();
            await(answers, open);
        }
    }

    /** Asks one question after the other. */
    Percentiles answerMillis(List<String> banks, int count) throws InterruptedException {
        double[] millis = new double[count];
        try (TopicReader<Answer> answers = client.read(Topics.ANSWERS, false)) {
            for (int i = 0; i < count; i++) {
                long start = System.nanoTime();
                Set<String> open = new HashSet<>(Set.of(question(banks.get(i % banks.size()))));
                client.flush();
                await(answers, open);
                millis[i] = (System.nanoTime() - start) / 1e6;
            }
        }
        Arrays.sort(millis);
        return new Percentiles(millis[count / 2], millis[count * 95 / 100]);
    }

    private String question(String bank) {
        String id = "q" + sent++;
        client.send(new ConversationEvent(id, bank, null, new Question("Who saw thing" + sent % 50 + " with friend" + sent % 31 + "?", null)));
        return id;
    }

    private void await(TopicReader<Answer> answers, Set<String> open) {
        Instant end = Instant.now().plus(TIMEOUT);
        while (!open.isEmpty()) {
            answers.poll(POLL).forEach(record -> open.remove(record.value().getQuestionEventId()));
            workers.stream().flatMap(worker -> worker.failure().stream()).findFirst().ifPresent(failure -> {
                throw new IllegalStateException("a worker failed: " + failure.getMessage(), failure);
            });
            if (Instant.now().isAfter(end)) {
                throw new IllegalStateException(open.size() + " questions have no answer after " + TIMEOUT);
            }
        }
    }

    /** Of all retrievals so far. */
    Percentiles retrievalMillis() {
        ValueAtPercentile[] values = meters.get(RETRIEVAL).timer().takeSnapshot().percentileValues();
        return new Percentiles(values[0].value(TimeUnit.MILLISECONDS), values[1].value(TimeUnit.MILLISECONDS));
    }

    long indexBytes() {
        return (long) meters.get("memlora.index.bytes").gauge().value();
    }

    long storeBytes() {
        return size("state-", "");
    }

    long changelogBytes() {
        return size("broker", "-changelog");
    }

    private long size(String root, String part) {
        long[] sum = {0};
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    boolean counts = folder.relativize(file).toString().startsWith(root) && file.toString().contains(part) && !file.toString().endsWith("index");
                    sum[0] += counts ? attributes.size() : 0;
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                    if (e instanceof NoSuchFileException) {
                        return FileVisitResult.CONTINUE;   // broker and stores are at work, and files come and go
                    }
                    throw e;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sum[0];
    }

    @Override
    public void close() {
        workers.forEach(MemoryWorker::close);
        client.close();
        serdes.close();
        registry.close();
        broker.close();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
