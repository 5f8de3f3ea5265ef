package org.memlora.models.generation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.memlora.models.Completion;
import org.memlora.models.GenerationRequest;
import org.memlora.models.NativeCalls;
import org.memlora.models.grammar.TokenMasks;
import org.memlora.models.grammar.TokenTrie;
import org.memlora.models.tokenizer.Tokenizer;
import org.memlora.models.transformer.TransformerExecutor;
import org.memlora.models.transformer.TransformerExecutor.RowInput;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the requests of all callers through one transformer. Requests join and leave the running batch between forward
 * calls; for a row they wait in turns of their tenants, first come, first served within a tenant. Prompts are fed in
 * pieces. A forward call that fails is repeated row by row; only rows that fail alone, too, are given up.
 *
 * <p>Threading: {@link #submit} and {@link #close} may be called by all threads; one scheduler thread owns the
 * executor, the rows, the masks and the prefixes. Cancelling a returned future frees its place in the queue at once,
 * its row after the forward call in progress.
 */
public final class ContinuousBatcher implements AutoCloseable {

    /** Without rows that decode, a call may hold so many times the prompt tokens: nobody waits for its next token. */
    private static final int PIECES_PER_CALL = 4;
    private static final Logger LOG = LoggerFactory.getLogger(ContinuousBatcher.class);
    private static final String CLOSED = "the model was closed before the request was done";

    private final TransformerExecutor executor;
    private final BatcherSettings settings;
    private final TokenTrie trie;
    private final TokenMasks masks;
    private final int[] stops;
    private final float[] scratch;
    private final GenerationMeter meter = new GenerationMeter();
    private final PrefixCache prefixes;
    private final Object lock = new Object();
    private final FairQueue<RowGeneration> queue = new FairQueue<>();
    private boolean closed;
    private final RowGeneration[] rows;
    /** Rows in use, longest running first. */
    private final List<Integer> active = new ArrayList<>();
    private final Thread scheduler;

    public ContinuousBatcher(TransformerExecutor executor, Tokenizer tokenizer, BatcherSettings settings) {
        this.executor = executor;
        this.settings = settings;
        this.trie = new TokenTrie(tokenizer);
        this.masks = new TokenMasks(trie);
        this.stops = tokenizer.stopTokens().stream().mapToInt(Integer::intValue).sorted().toArray();
        this.scratch = new float[executor.vocabularySize()];
        this.prefixes = new PrefixCache(executor, settings, meter);
        this.rows = new RowGeneration[executor.rows()];
        this.scheduler = new Thread(this::run, "memlora-batcher");
        scheduler.setDaemon(true);
        scheduler.start();
    }

    /**
     * Queues a request; while the queue is full, blocks until the request has a row or others have left. The future never
     * completes exceptionally on its own.
     *
     * @param prompt the tokens of the request's prompt
     */
    public CompletableFuture<Completion> submit(int[] prompt, GenerationRequest request) throws InterruptedException {
        return submit(List.of(new Tokenised(prompt, request))).get(0);
    }

    /** A request with the tokens of its prompt. */
    record Tokenised(int[] prompt, GenerationRequest request) { }

    /** Like {@link #submit(int[], GenerationRequest)} for all of a call: as far as the queue has room, they reach the scheduler together. */
    List<CompletableFuture<Completion>> submit(List<Tokenised> call) throws InterruptedException {
        List<RowGeneration> generations = call.stream().map(one -> new RowGeneration(one.prompt, one.request)).toList();
        for (RowGeneration generation : generations) {
            generation.future.whenComplete((completion, e) -> {
                if (generation.future.isCancelled()) {
                    leaveQueue(generation);
                }
            });
        }
        synchronized (lock) {
            try {
                for (RowGeneration generation : generations) {
                    if (!closed) {
                        enqueue(generation);
                    } else {
                        generation.future.complete(Completion.failed(CLOSED));
                    }
                }
            } catch (InterruptedException e) {
                generations.forEach(generation -> generation.future.cancel(true));
                throw e;
            }
        }
        return generations.stream().map(generation -> generation.future).toList();
    }

    /** With the lock held; waits while the queue is full. */
    private void enqueue(RowGeneration generation) throws InterruptedException {
        queue.add(generation.tenant, generation);
        generation.waits = true;
        lock.notifyAll();
        while (generation.waits && queue.size() > settings.queueCapacity()) {
            lock.wait();
        }
    }

    private void leaveQueue(RowGeneration request) {
        synchronized (lock) {
            if (queue.remove(request.tenant, request)) {
                request.waits = false;
                lock.notifyAll();
            }
        }
    }

    public GenerationStats stats() {
        return meter.stats();
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
                NativeCalls.run(this::step);
            }
        } catch (Throwable e) {
            LOG.error("The scheduler of the model stopped", e);
            reason = "the scheduler of the model stopped: " + e;
        } finally {
            failAll(reason);
            prefixes.close();
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
                    RowGeneration next = queue.poll();
                    next.waits = false;
                    arrived.add(next);
                }
                if (!arrived.isEmpty()) {
                    lock.notifyAll();
                }
            }
            arrived.forEach(this::place);
            if (!active.isEmpty()) {
                return true;
            }
        }
    }

    private void place(RowGeneration request) {
        int row = 0;
        while (rows[row] != null) {
            row++;
        }
        rows[row] = request;
        active.add(row);
        guarded(row, () -> request.place(trie, masks, stops, executor.contextTokens()));
    }

    private void step() {
        boolean decoding = active.stream().anyMatch(row -> !rows[row].isPrefilling());
        int left = settings.prefillTokens() * (decoding ? 1 : PIECES_PER_CALL);
        int draftTokens = active.size() <= settings.draftRows() ? settings.draftTokens() : 0;
        List<RowInput> inputs = new ArrayList<>();
        for (int row : inTurn()) {
            RowGeneration request = rows[row];
            boolean prefilling = request.isPrefilling();
            int most = prefilling ? Math.min(left, settings.prefillTokens()) : settings.prefillTokens();
            if (most == 0 || !begin(row)) {
                continue;
            }
            RowInput input = request.next(row, most, draftTokens, executor.vocabularySize(), executor.chooses());
            left -= prefilling ? input.tokens().length : 0;
            inputs.add(input);
        }
        try {
            forward(inputs);
        } catch (Throwable e) {
            LOG.warn("A forward call of {} rows failed, each is tried alone", inputs.size(), e);
            for (RowInput input : inputs) {
                guarded(input.row(), () -> forward(List.of(input)));
            }
        }
    }

    /** Rows in the order in which they get prompt tokens: the longest running one of each tenant, then the next of each. */
    private List<Integer> inTurn() {
        Map<String, Integer> rowsOf = new HashMap<>();
        Map<Integer, Integer> turn = new HashMap<>();
        active.forEach(row -> turn.put(row, rowsOf.merge(rows[row].tenant, 1, Integer::sum)));
        return active.stream().sorted(Comparator.comparing(turn::get)).toList();
    }

    /** False if the row waits for what another row runs in this call; the longest running row never does. */
    private boolean begin(int row) {
        RowGeneration request = rows[row];
        if (request.isStarted()) {
            return true;
        }
        List<RowGeneration> earlier = active.subList(0, active.indexOf(row)).stream().map(other -> rows[other])
                .filter(RowGeneration::isPrefilling).toList();
        return prefixes.begin(row, request, earlier);
    }

    private void forward(List<RowInput> inputs) {
        meter.called(inputs.size());
        long start = System.nanoTime();
        List<float[][]> logits = executor.forward(inputs);
        long nanos = System.nanoTime() - start;
        if (logits.size() != inputs.size()) {
            throw new IllegalStateException("the model answered " + logits.size() + " rows of " + inputs.size());
        }
        int tokens = inputs.stream().mapToInt(input -> input.tokens().length).sum();
        for (int i = 0; i < inputs.size(); i++) {
            RowInput input = inputs.get(i);
            float[][] rowLogits = logits.get(i);
            guarded(input.row(), () -> {
                RowGeneration request = rows[input.row()];
                request.fed(input, rowLogits, nanos * input.tokens().length / tokens, scratch);
                prefixes.fed(input.row(), request);
            });
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
        meter.ended(request.expert, request.work(failed, request.future.isCancelled()));
        request.future.complete(completion);
    }

    private void dropCancelled() {
        for (int row : List.copyOf(active)) {
            if (rows[row].future.isDone()) {
                release(row, Completion.failed("the request was cancelled"), false);
            }
        }
    }

    private void failAll(String reason) {
        List<RowGeneration> waiting;
        synchronized (lock) {
            closed = true;
            waiting = queue.drain();
            waiting.forEach(request -> request.waits = false);
            lock.notifyAll();
        }
        for (RowGeneration request : waiting) {
            meter.ended(request.expert, request.work(true, false));
            request.future.complete(request.failed(reason));
        }
        for (int row : List.copyOf(active)) {
            release(row, rows[row].failed(reason), true);
        }
    }
}
