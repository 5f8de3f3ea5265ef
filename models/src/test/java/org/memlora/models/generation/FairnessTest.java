package org.memlora.models.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.memlora.models.generation.BatcherFixture.request;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.memlora.models.Completion;
import org.memlora.models.GenerationRequest;
import org.memlora.models.transformer.TransformerExecutor.RowInput;

/** Who waits for whom: tenants, long prompts, callers beyond the queue. */
@Timeout(60)
class FairnessTest {

    private static final BatcherSettings SETTINGS = new BatcherSettings(16, 4).withPrefixes(0, 0);
    private final BatcherFixture fixture = new BatcherFixture();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    @Test
    void shouldTakeTurnsBetweenTenantsAndKeepTheOrderWithinOne() {
        FairQueue<String> queue = new FairQueue<>();
        List.of("a1", "a2", "a3", "b1", "c1", "c2", "gone").forEach(name -> queue.add(name.substring(0, 1), name));
        assertThat(queue.poll()).isEqualTo("a1");
        queue.add("d", "d1");
        assertThat(queue.remove("g", "gone")).isTrue();
        assertThat(queue.remove("g", "gone")).isFalse();
        assertThat(queue.remove("a", "a1")).isFalse();
        List<String> order = new ArrayList<>();
        while (queue.size() > 1) {
            order.add(queue.poll());
        }
        assertThat(order).containsExactly("b1", "c1", "a2", "d1", "c2");
        assertThat(queue.drain()).containsExactly("a3");
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.poll()).isNull();
    }

    @Test
    void shouldServeABankBesideAnotherBanksFlood() throws Exception {
        ScriptedExecutor executor = gated(2);
        try (var model = fixture.model(executor, SETTINGS)) {
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i <= 40; i++) {
                GenerationRequest one = request(i < 40 ? "F" : "O", "e", null, 3, 0, i < 40 ? "flood" : "other");
                Thread caller = new Thread(() -> model.generate(List.of(one)));
                caller.start();
                BatcherFixture.awaitWaiting(caller);
                callers.add(caller);
            }
            go.countDown();
            for (Thread caller : callers) {
                caller.join();
            }
            List<Integer> starts = starts(executor);
            System.out.println("40 requests of one bank in 2 rows: the other bank's request was number " + (starts.indexOf(1 + 'O') + 1));
            assertThat(starts).hasSize(41);
            // Two rows and one turn were the flood's before.
            assertThat(starts.indexOf(1 + 'O')).isBetween(1, 4);
        }
    }

    /** First tokens of the sequences in the order of their starts. */
    private static List<Integer> starts(ScriptedExecutor executor) {
        return executor.calls.stream().flatMap(List::stream).filter(in -> in.startPosition() == 0).map(in -> in.tokens()[0]).toList();
    }

    @Test
    void shouldNotStallDecodingRowsByLongPrompts() throws Exception {
        ScriptedExecutor executor = fixture.executor(4);
        try (var batcher = fixture.batcher(executor, SETTINGS)) {
            fixture.together(batcher, executor, List.of(request("G", "e", null, 60, 0, "a"), request("H".repeat(190), "base", null, 5, 0, "b"),
                    request("I".repeat(170), "e", null, 5, 0, "b"), request("J".repeat(30), "e", null, 5, 0, "c")));
        }
        int mixed = 0;
        for (List<RowInput> call : executor.calls) {
            List<RowInput> decoding = call.stream().filter(in -> in.startPosition() > 0 && in.logits() == 1 && in.tokens().length == 1).toList();
            int prompt = call.stream().filter(in -> !decoding.contains(in)).mapToInt(in -> in.tokens().length).sum();
            assertThat(prompt).isLessThanOrEqualTo(decoding.isEmpty() ? 4 * 16 : 16);
            assertThat(call).allMatch(in -> in.tokens().length <= 16);
            mixed += prompt > 0 && !decoding.isEmpty() ? 1 : 0;
        }
        assertThat(mixed).as("calls in which rows decode while others are in their prompts").isGreaterThan(15);
        // The row that decodes is in every call from its first token to its last.
        List<Integer> decodes = IntStream.range(0, executor.calls.size()).boxed()
                .filter(i -> executor.calls.get(i).stream().anyMatch(in -> in.row() == 0)).toList();
        assertThat(decodes.get(decodes.size() - 1) - decodes.get(0)).isEqualTo(decodes.size() - 1);
    }

    @Test
    void shouldGivePromptTokensToTenantsInTurn() throws Exception {
        ScriptedExecutor executor = fixture.executor(4);
        try (var batcher = fixture.batcher(executor, SETTINGS)) {
            fixture.together(batcher, executor, List.of(request("G", "e", null, 90, 0, "a"),
                    request("H".repeat(200), "e", null, 2, 0, "b"), request("I".repeat(200), "e", null, 2, 0, "b"),
                    request("J".repeat(16), "e", null, 2, 0, "c")));
        }
        List<Integer> starts = starts(executor);
        assertThat(starts.indexOf(1 + 'J')).as("after %s", starts).isLessThan(starts.indexOf(1 + 'I'));
    }

    @Test
    void shouldFreeTheRowOfACancelledRequestAndItsPlaceInTheQueue() throws Exception {
        ScriptedExecutor executor = gated(1);
        try (var batcher = new ContinuousBatcher(executor, fixture.tokenizer, new BatcherSettings(16, 1))) {
            GenerationRequest endless = request("", "e", null, 200, 0, "a");
            CompletableFuture<Completion> running = batcher.submit(new int[] {1}, endless);
            assertThat(entered.await(5, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Completion> queued = batcher.submit(new int[] {2}, endless);
            CountDownLatch through = new CountDownLatch(1);
            Thread blocked = new Thread(() -> {
                try {
                    batcher.submit(new int[] {3}, request("", "e", null, 1, 0, "b")).get();
                    through.countDown();
                } catch (InterruptedException | ExecutionException e) {
                    Thread.currentThread().interrupt();
                }
            });
            blocked.start();
            BatcherFixture.awaitWaiting(blocked);
            queued.cancel(true);
            running.cancel(true);
            go.countDown();
            assertThat(through.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(starts(executor)).containsExactly(1, 3);
            assertThat(executor.calls).as("one of the cancelled request, one of the other").hasSize(2);
            assertThat(batcher.stats().total().cancelledRequests()).isEqualTo(1);
        }
    }

    @Test
    void shouldLetAnInterruptedCallerGo() throws Exception {
        ScriptedExecutor executor = gated(1);
        try (var batcher = new ContinuousBatcher(executor, fixture.tokenizer, new BatcherSettings(16, 1))) {
            GenerationRequest one = request("", "e", null, 1, 0, "a");
            batcher.submit(new int[] {1}, one);
            assertThat(entered.await(5, TimeUnit.SECONDS)).isTrue();
            batcher.submit(new int[] {2}, one);
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            Thread caller = new Thread(() -> {
                try {
                    batcher.submit(new int[] {3}, one);
                    interrupted.complete(false);
                } catch (InterruptedException e) {
                    interrupted.complete(true);
                }
            });
            caller.start();
            BatcherFixture.awaitWaiting(caller);
            caller.interrupt();
            assertThat(interrupted.get(5, TimeUnit.SECONDS)).isTrue();
            go.countDown();
            batcher.submit(new int[] {4}, one).get(5, TimeUnit.SECONDS);
            assertThat(starts(executor)).containsExactly(1, 2, 4);
        }
    }

    /** Its first call waits for {@link #go}. */
    private ScriptedExecutor gated(int rows) {
        ScriptedExecutor executor = fixture.executor(rows);
        executor.before = inputs -> {
            entered.countDown();
            BatcherFixture.await(go);
        };
        return executor;
    }
}
