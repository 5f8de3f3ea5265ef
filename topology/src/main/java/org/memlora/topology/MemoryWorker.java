package org.memlora.topology;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the graph until closed. A stream thread that dies of an exception is replaced and goes on from the last commit;
 * of an error, of a missing topic or too often, the worker stops and {@link #failure()} says why.
 */
public final class MemoryWorker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MemoryWorker.class);
    private static final Duration REPLACEMENT_WINDOW = Duration.ofMinutes(10);

    private final KafkaStreams streams;
    private final String topology;
    private final Path stateFolder;
    private final int replacements;
    private final Duration closeTimeout;
    private final Deque<Instant> deaths = new ArrayDeque<>();
    private final CountDownLatch running = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile Throwable failure;
    private volatile Consumer<State> listener = state -> { };

    public MemoryWorker(PipelineSettings settings, Topology topology) {
        streams = new KafkaStreams(topology, settings.streamsProperties());
        this.topology = topology.describe().toString();
        stateFolder = Path.of(settings.text(PipelineSettings.STATE_DIR), settings.text(PipelineSettings.APPLICATION_ID));
        replacements = settings.number(PipelineSettings.THREAD_REPLACEMENTS);
        closeTimeout = settings.duration(PipelineSettings.BATCH_WORST_MS).plusSeconds(10);
        streams.setUncaughtExceptionHandler(this::onDeath);
        streams.setStateListener((now, before) -> onState(now));
    }

    /** Is told each new state, in the stream's own threads. */
    public void onStateChange(Consumer<State> stateListener) {
        listener = stateListener;
    }

    public void start() {
        streams.start();
    }

    /** Starts and waits until all partitions are served. @throws IllegalStateException if that fails or takes longer */
    public void start(Duration timeout) throws InterruptedException {
        start();
        if (!running.await(timeout.toMillis(), TimeUnit.MILLISECONDS) || failure != null) {
            throw new IllegalStateException(failure == null ? "the worker was not running after " + timeout
                    : "the worker failed: " + failure.getMessage(), failure);
        }
    }

    public State state() {
        return streams.state();
    }

    /** Why the worker stopped by itself; empty = it did not. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** For queries and metrics. */
    public KafkaStreams streams() {
        return streams;
    }

    /** The graph, as Kafka Streams describes it. */
    public String topology() {
        return topology;
    }

    public void awaitStop() throws InterruptedException {
        stopped.await();
    }

    /** Ends the running micro-batch, commits and leaves. Threading: not from a stream thread. */
    @Override
    public void close() {
        if (!streams.close(closeTimeout)) {
            LOG.warn("The stream threads did not end within {}", closeTimeout);
        }
        stopped.countDown();
    }

    private void onState(State state) {
        LOG.info("Worker is {}", state);
        if (state == State.RUNNING || state == State.ERROR || state == State.PENDING_ERROR || state == State.NOT_RUNNING) {
            running.countDown();
        }
        if (state == State.ERROR || state == State.NOT_RUNNING) {
            stopped.countDown();
        }
        listener.accept(state);
    }

    private StreamThreadExceptionResponse onDeath(Throwable death) {
        if (isFatal(death) || diesTooOften()) {
            LOG.error("The worker stops", death);
            failure = death;
            running.countDown();
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        LOG.warn("A stream thread died and is replaced", death);
        restoreStateFolder();
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    /** It may be why the thread died: Kafka Streams makes the folders of tasks, not the one above them. */
    private void restoreStateFolder() {
        try {
            Files.createDirectories(stateFolder);
        } catch (IOException e) {
            LOG.error("The folder of the local stores, {}, can't be made", stateFolder, e);
        }
    }

    private static boolean isFatal(Throwable death) {
        for (Throwable cause = death; cause != null; cause = cause.getCause()) {
            if (cause instanceof Error || cause instanceof MissingSourceTopicException) {
                return true;
            }
        }
        return false;
    }

    private synchronized boolean diesTooOften() {
        Instant now = Instant.now();
        deaths.removeIf(death -> death.isBefore(now.minus(REPLACEMENT_WINDOW)));
        deaths.add(now);
        return deaths.size() > replacements;
    }
}
