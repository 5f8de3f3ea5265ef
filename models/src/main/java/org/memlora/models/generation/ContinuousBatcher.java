package org.memlora.models.generation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.memlora.models.Completion;
import org.memlora.models.GenerationOptions;
import org.memlora.models.grammar.Grammar;
import org.memlora.models.grammar.TokenMasks;
import org.memlora.models.grammar.TokenTrie;
import org.memlora.models.tokenizer.Tokenizer;
import org.memlora.models.transformer.TransformerExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the requests of all callers through one transformer. Requests get a row first come, first served, and join
 * and leave the running batch between forward calls. A forward call that fails is repeated row by row; only rows that
 * fail alone, too, are given up.
 *
 * <p>Threading: {@link #submit} and {@link #close} may be called by all threads; one scheduler thread owns the
 * executor, the rows and the masks. Cancelling a returned future frees its row at the next token.
 */
public final class ContinuousBatcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ContinuousBatcher.class);
    private static final String CLOSED = "the model was closed before the request was done";

    private final TransformerExecutor executor;
    private final BatcherSettings settings;
    private final TokenTrie trie;
    private final TokenMasks masks;
    private final int[] stops;
    private final Semaphore places;
    private final Object lock = new Object();
    private final ArrayDeque<RowGeneration> queue = new ArrayDeque<>();
    private boolean closed;
    private final RowGeneration[] rows;
    /** Rows in use, longest running first. */
    private final List<Integer> active = new ArrayList<>();
    private final AtomicReference<GenerationStats> stats =
            new AtomicReference<>(new GenerationStats(0, 0, 0, 0, 0, 0, 0));
    private final Thread scheduler;

    public ContinuousBatcher(TransformerExecutor executor, Tokenizer tokenizer, BatcherSettings settings) {
        this.executor = executor;
        this.settings = settings;
        this.trie = new TokenTrie(tokenizer);
        this.masks = new TokenMasks(trie);
        this.stops = tokenizer.stopTokens().stream().mapToInt(Integer::intValue).sorted().toArray();
        this.places = new Semaphore(settings.queueCapacity(), true);
        this.rows = new RowGeneration[executor.rows()];
        this.scheduler = new Thread(this::run, "memlora-batcher");
        scheduler.setDaemon(true);
        scheduler.start();
    }

    /** Queues a request; blocks while the queue is full. The future never completes exceptionally on its own. */
    public CompletableFuture<Completion> submit(
            int[] prompt, String expert, Optional<Grammar> grammar, GenerationOptions options)
            throws InterruptedException {
        RowGeneration request = new RowGeneration(prompt, expert, grammar, options);
        places.acquire();
        synchronized (lock) {
            if (closed) {
                places.release();
                request.future.complete(Completion.failed(CLOSED));
            } else {
                queue.add(request);
                lock.notifyAll();
            }
        }
        return request.future;
    }

    public GenerationStats stats() {
        return stats.get();
    }

    /** Fails what is queued or running, and waits for the forward call in progress. The executor stays open. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        boolean interrupted = false;
        while (scheduler.isAlive() && Thread.currentThread() != scheduler) {
            try {
                scheduler.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        String reason = CLOSED;
        try {
            while (admit()) {
                step();
            }
        } catch (Throwable e) {
            LOG.error("The scheduler of the model stopped", e);
            reason = "the scheduler of the model stopped: " + e;
        } finally {
            failAll(reason);
        }
    }

    /** Gives free rows to waiting requests, waits when there is nothing to do; false when closed. */
    private boolean admit() throws InterruptedException {
        while (true) {
            dropCancelled();
            List<RowGeneration> arrived = new ArrayList<>();
            synchronized (lock) {
                while (queue.isEmpty() && active.isEmpty() && !closed) {
                    lock.wait();
                }
                if (closed) {
                    return false;
                }
                while (active.size() + arrived.size() < rows.length && !queue.isEmpty()) {
                    arrived.add(queue.poll());
                }
            }
            places.release(arrived.size());
            for (RowGeneration request : arrived) {
                place(request);
            }
            if (!active.isEmpty()) {
                return true;
            }
        }
    }

    private void place(RowGeneration request) {
        if (request.future.isDone()) {
            return;
        }
        int row = 0;
        while (rows[row] != null) {
            row++;
        }
        rows[row] = request;
        active.add(row);
        guarded(row, () -> request.start(trie, masks, stops, executor.contextTokens()));
    }

    private void step() {
        List<TransformerExecutor.RowInput> inputs = new ArrayList<>();
        boolean decoding = active.stream().anyMatch(row -> !rows[row].isPrefilling());
        int left = settings.prefillTokens();
        for (int row : active) {
            RowGeneration request = rows[row];
            int most = request.isPrefilling() && decoding ? left : settings.prefillTokens();
            if (most == 0) {
                continue;
            }
            int[] piece = request.nextPiece(most);
            left -= request.isPrefilling() ? Math.min(left, piece.length) : 0;
            int wanted = request.needsLogitsAfter(piece.length) ? 1 : 0;
            inputs.add(new TransformerExecutor.RowInput(row, request.position(), piece, request.expert, wanted, new int[0]));
        }
        try {
            forward(inputs);
        } catch (Throwable e) {
            LOG.warn("A forward call of {} rows failed, each is tried alone", inputs.size(), e);
            for (TransformerExecutor.RowInput input : inputs) {
                guarded(input.row(), () -> forward(List.of(input)));
            }
        }
    }

    private void forward(List<TransformerExecutor.RowInput> inputs) {
        long start = System.nanoTime();
        count(0, 0, 0, 1, inputs.size(), 0, 0);
        List<float[][]> logits = executor.forward(inputs);
        long end = System.nanoTime();
        if (logits.size() != inputs.size()) {
            throw new IllegalStateException("the model answered " + logits.size() + " rows of " + inputs.size());
        }
        for (int i = 0; i < inputs.size(); i++) {
            TransformerExecutor.RowInput input = inputs.get(i);
            float[][] rowLogits = logits.get(i);
            guarded(input.row(), () -> rows[input.row()].fed(input.tokens().length, rowLogits, start, end));
        }
    }

    /** Runs an action of one row; what it throws fails that row only. Ends the row when it is finished. */
    private void guarded(int row, Runnable action) {
        RowGeneration request = rows[row];
        try {
            action.run();
            if (rows[row] == request && request.isFinished()) {
                release(row, request.completion(), false);
            }
        } catch (Throwable e) {
            LOG.warn("A request of expert {} failed", request.expert, e);
            release(row, request.failed(e.getMessage() == null ? e.toString() : e.getMessage()), true);
        }
    }

    private void release(int row, Completion completion, boolean failed) {
        RowGeneration request = rows[row];
        if (request == null) {
            return;
        }
        rows[row] = null;
        active.remove((Integer) row);
        count(request.promptTokens, request.generated(), request.forced, 0, 0, 1, failed ? 1 : 0);
        request.future.complete(completion);
    }

    private void dropCancelled() {
        for (Iterator<Integer> it = active.iterator(); it.hasNext(); ) {
            int row = it.next();
            if (rows[row].future.isDone()) {
                rows[row] = null;
                it.remove();
            }
        }
    }

    private void failAll(String reason) {
        synchronized (lock) {
            closed = true;
            queue.forEach(request -> request.future.complete(request.failed(reason)));
            queue.clear();
        }
        // Wakes all callers that wait for a place; each finds the batcher closed and passes its permit on.
        places.release(settings.queueCapacity());
        Arrays.stream(rows).filter(request -> request != null)
                .forEach(request -> request.future.complete(request.failed(reason)));
    }

    private void count(long prompt, long output, long forced, long calls, long callRows, long requests, long failed) {
        stats.updateAndGet(s -> new GenerationStats(s.promptTokens() + prompt, s.outputTokens() + output,
                s.forcedTokens() + forced, s.forwardCalls() + calls, s.forwardRows() + callRows,
                s.requests() + requests, s.failedRequests() + failed));
    }
}
