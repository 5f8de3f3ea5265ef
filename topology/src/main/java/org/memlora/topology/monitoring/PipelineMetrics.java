package org.memlora.topology.monitoring;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.memlora.operators.Stage;
import org.memlora.schemas.AnswerStatus;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.OperationKind;
import org.memlora.topology.memory.IndexCache;

/**
 * What the graph counts. Counters tell what this process did since its start; work of a transaction that was aborted and
 * done again counts twice, so the topics are the truth and these the view of it. Threading: all stream threads.
 */
public final class PipelineMetrics {

    private static final Duration[] BUCKETS = millis(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000);
    private static final Duration[] RETRIEVAL_BUCKETS = millis(1, 2, 5, 10, 20, 50, 100, 500);

    private final MeterRegistry registry;
    private final Timer batches;
    private final DistributionSummary batchEvents;
    private final Timer retrieval;
    private final Map<Integer, AtomicInteger> inboxes = new ConcurrentHashMap<>();

    public PipelineMetrics(MeterRegistry registry) {
        this.registry = registry;
        batches = timer("memlora.batch", "A micro-batch through all stages.", BUCKETS);
        batchEvents = DistributionSummary.builder("memlora.batch.events").description("Events of a micro-batch.").register(registry);
        retrieval = timer("memlora.retrieval", "Finding the memories of a question.", RETRIEVAL_BUCKETS);
    }

    /** Counts nothing. */
    public static PipelineMetrics none() {
        return new PipelineMetrics(new CompositeMeterRegistry());
    }

    /** One operator call of a stage. */
    public <T> T stage(Stage stage, Supplier<T> call) {
        Tag tag = Tag.of("stage", stage.word());
        long start = System.nanoTime();
        try {
            return call.get();
        } catch (RuntimeException e) {
            registry.counter("memlora.stage.failures", List.of(tag)).increment();
            throw e;
        } finally {
            Timer.builder("memlora.stage").description("An operator call.").tags(List.of(tag)).serviceLevelObjectives(BUCKETS)
                    .register(registry).record(Duration.ofNanos(System.nanoTime() - start));
        }
    }

    public <T> T retrieval(Supplier<T> call) {
        return retrieval.record(call);
    }

    public void batch(int events, Duration time) {
        batches.record(time);
        batchEvents.record(events);
    }

    /** Events that wait in a partition's inbox. */
    public void inbox(int partition, int events) {
        inboxes.computeIfAbsent(partition, number -> registry.gauge("memlora.inbox.events",
                List.of(Tag.of("partition", number.toString())), new AtomicInteger())).set(events);
    }

    public void operation(OperationKind kind) {
        registry.counter("memlora.operations", "kind", kind.name().toLowerCase(Locale.ROOT)).increment();
    }

    public void answer(AnswerStatus status) {
        registry.counter("memlora.answers", "status", status.name().toLowerCase(Locale.ROOT)).increment();
    }

    /** The reason's first word; the rest may hold anything. */
    public void deadLetter(FailedEvent letter) {
        registry.counter("memlora.dead.letters", "stage", letter.getStage(), "reason", letter.getReason().split("[: ]", 2)[0]).increment();
    }

    public void indexes(IndexCache cache) {
        registry.gauge("memlora.index.bytes", cache, IndexCache::bytes);
        registry.gauge("memlora.index.banks", cache, IndexCache::banks);
    }

    private Timer timer(String name, String description, Duration[] buckets) {
        return Timer.builder(name).description(description).serviceLevelObjectives(buckets).register(registry);
    }

    private static Duration[] millis(long... bounds) {
        Duration[] durations = new Duration[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            durations[i] = Duration.ofMillis(bounds[i]);
        }
        return durations;
    }
}
