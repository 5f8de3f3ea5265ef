package org.memlora.models.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.memlora.models.generation.BatcherFixture.await;
import static org.memlora.models.generation.BatcherFixture.random;
import static org.memlora.models.generation.BatcherFixture.request;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationRequest;
import org.memlora.models.ModelInfo;
import org.memlora.models.grammar.Grammar;
import org.memlora.models.grammar.GrammarMatcher;
import org.memlora.models.transformer.TransformerExecutor.RowInput;

@Timeout(60)
class ContinuousBatcherTest {
    private final BatcherFixture fixture = new BatcherFixture();
    private final TinyTokenizer tokenizer = fixture.tokenizer;

    private LocalLanguageModel model(ScriptedExecutor executor, int prefill, int queue) {
        return fixture.model(executor, new BatcherSettings(prefill, queue));
    }

    @Test
    void shouldMatchRandomGrammarsWithAnyBudget() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            Grammar grammar = random(random, 4);
            var tiny = new TinyTokenizer(random, BatcherFixture.SAMPLE, 40);
            var executor = new ScriptedExecutor(2, 128, tiny.vocabularySize());
            try (var model = new LocalLanguageModel(new ModelInfo("t", 128, Set.of()), executor, tiny,
                    new BatcherSettings(3, 4))) {
                for (int max : new int[] {1, 2, 3, 5, 9, 40}) {
                    Completion c = model.generate(
                            List.of(request("hello", "base", grammar, max, seed % 2 * 0.9))).get(0);
                    if (c.finishReason() == FinishReason.FAILED) {
                        assertThat(c.error().get()).as("seed %s", seed).contains("shortest text of the grammar");
                    } else {
                        assertThat(GrammarMatcher.matches(grammar, c.text()))
                                .as("seed %s max %s text <%s> grammar %s", seed, max, c.text(), grammar).isTrue();
                        assertThat(c.completionTokens()).isLessThanOrEqualTo(max);
                    }
                }
            }
        }
    }

    @Test
    void shouldAnswerManyThreadsAsOneAtATime() throws Exception {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            requests.add(request("p".repeat(1 + i * 7 % 90) + i, i % 2 == 0 ? "e" : "base",
                    i % 3 == 0 ? null : random(new Random(i), 3), 1 + i % 30, i % 4 == 0 ? 0.8 : 0));
        }
        List<String> alone;
        try (var single = model(fixture.executor(1), 256, 100)) {
            alone = requests.stream().map(r -> single.generate(List.of(r)).get(0)).map(Completion::text).toList();
        }
        ScriptedExecutor executor = fixture.executor(5);
        try (var shared = model(executor, 16, 3)) {
            List<CompletableFuture<String>> futures = new ArrayList<>();
            var pool = java.util.concurrent.Executors.newFixedThreadPool(16);
            for (GenerationRequest r : requests) {
                futures.add(CompletableFuture.supplyAsync(() -> shared.generate(List.of(r)).get(0).text(), pool));
            }
            assertThat(futures.stream().map(CompletableFuture::join).toList()).isEqualTo(alone);
            pool.shutdown();
            assertThat(shared.stats().total().requests()).isEqualTo(80);
            assertThat(shared.stats().rowsPerCall()).isGreaterThan(1.5);
            assertThat(shared.generate(requests)).extracting(Completion::text).isEqualTo(alone);
        }
        assertThat(executor.calls).allMatch(call -> call.stream().allMatch(in -> in.tokens().length <= 16));
    }

    @Test
    void shouldFailOnlyTheRowThatThrows() {
        ScriptedExecutor executor = fixture.executor(4);
        int poison = tokenizer.encode("Z")[0];
        executor.before = inputs -> inputs.forEach(in -> {
            if (Arrays.stream(in.tokens()).anyMatch(t -> t == poison)) {
                throw new IllegalStateException("poisoned");
            }
        });
        try (var model = model(executor, 256, 10)) {
            Grammar grammar = Grammar.repeat(Grammar.digit(), 3, 6);
            var out = model.generate(List.of(request("ok", "e", grammar, 9, 0), request("Z", "e", grammar, 9, 0),
                    request("fine", "base", grammar, 9, 0), request("x", "nobody", grammar, 9, 0),
                    request("x".repeat(300), "e", grammar, 9, 0)));
            assertThat(out).extracting(Completion::finishReason).map(r -> r == FinishReason.FAILED)
                    .containsExactly(false, true, false, true, true);
            assertThat(out.get(1).error()).contains("poisoned");
            assertThat(out.get(3).error().get()).contains("not resident");
            assertThat(out.get(4).error().get()).contains("300 tokens");
        }
    }

    @Test
    void shouldNotSampleForcedLiterals() {
        ScriptedExecutor executor = fixture.executor(1);
        try (var model = model(executor, 256, 10)) {
            var out = model.generate(List.of(request("p", "e", Grammar.literal("abcab é"), 30, 0))).get(0);
            assertThat(out.text()).isEqualTo("abcab é");
            assertThat(out.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(executor.calls).isEmpty();
            assertThat(model.stats().total().forcedTokens()).isEqualTo(out.completionTokens()).isPositive();
        }
    }

    @Test
    void shouldNameTheCandidatesWhereAGrammarAllowsFewTokens() {
        ScriptedExecutor executor = fixture.executor(1);
        Grammar decision = Grammar.choice(List.of("KEEP", "LOSE 1", "LOSE 2"));
        try (var model = model(executor, 256, 10)) {
            var out = model.generate(List.of(request("p", "e", Grammar.repeat(decision, 1, 4), 60, 0),
                    request("p", "e", null, 5, 0), request("p", "e", Grammar.lineExcept(""), 5, 0)));
            assertThat(out).noneMatch(completion -> completion.finishReason() == FinishReason.FAILED);
        }
        int stop = 0;
        assertThat(executor.calls.stream().map(call -> call.get(0).candidates()).filter(ids -> ids.length > 0).distinct().toList())
                .isNotEmpty().allSatisfy(ids -> assertThat(List.of("KL", "12", "KL" + stop)).anySatisfy(letters ->
                        assertThat(Arrays.stream(ids).boxed().map(id -> id == stop ? "" + stop : "" + (char) (id - 1)).sorted().toList())
                                .isEqualTo(letters.chars().mapToObj(letter -> "" + (char) letter).sorted().toList())));
        assertThat(executor.calls.stream().map(call -> call.get(0)).filter(in -> in.candidates().length == 0)).as("free text").hasSize(10);
    }

    @Test
    void shouldAnswerTheSameWhereTheExecutorChooses() {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            requests.add(request("prompt " + i, i % 3 == 0 ? "base" : "e", i % 2 == 0 ? null : random(new Random(i), 4), 20, i % 5 == 0 ? 0.7 : 0));
        }
        ScriptedExecutor logits = fixture.executor(4);
        ScriptedExecutor choosing = fixture.executor(4);
        choosing.chooses = true;
        try (LocalLanguageModel one = fixture.model(logits, BatcherSettings.DEFAULT.withDrafts(0, 1));
                LocalLanguageModel other = fixture.model(choosing, BatcherSettings.CHOOSING)) {
            List<Completion> expected = one.generate(requests);
            List<Completion> found = other.generate(requests);
            for (int i = 0; i < requests.size(); i++) {
                assertThat(found.get(i).text()).as("request %d", i).isEqualTo(expected.get(i).text());
                assertThat(found.get(i).finishReason()).isEqualTo(expected.get(i).finishReason());
                assertThat(found.get(i).confidence()).isCloseTo(expected.get(i).confidence(), within(1e-4));
            }
        }
        assertThat(logits.calls).allSatisfy(call -> assertThat(call).noneMatch(RowInput::choice));
        assertThat(choosing.calls.stream().flatMap(List::stream).filter(RowInput::choice).count()).isGreaterThan(100);
        assertThat(choosing.calls.stream().flatMap(List::stream).filter(input -> input.logits() > 0 && input.candidates().length == 0).count())
                .as("what is drawn by chance needs all logits").isGreaterThan(10);
    }

    @Test
    void shouldTellHowSureTheModelWasWhereTheGrammarLeftAChoice() throws Exception {
        ScriptedExecutor executor = fixture.executor(2);
        try (ContinuousBatcher batcher = fixture.batcher(executor, BatcherSettings.DEFAULT)) {
            List<Completion> completions = fixture.together(batcher, executor, List.of(
                    BatcherFixture.request("p", "e", Grammar.literal("yes no"), 20, 0),
                    BatcherFixture.request("p", "e", Grammar.choice(List.of("yes", "no")), 20, 0),
                    BatcherFixture.request("p", "e", Grammar.sequence(Grammar.lineExcept(""), Grammar.literal("\n"), Grammar.choice(List.of("yes", "no"))), 20, 0)));
            assertThat(completions.get(0).confidence()).as("nothing to choose").isEqualTo(1);
            assertThat(completions.get(1).confidence()).as("the better of two").isBetween(0.5, 1.0).isLessThan(1);
            assertThat(completions.get(2).text()).matches("(?s).+\n(?:yes|no)");
            assertThat(completions.get(2).confidence()).as("what comes after free text is not its beginning").isEqualTo(1);
        }
    }

    @Test
    void shouldBlockCallersKeepOrderAndFailPendingOnClose() throws Exception {
        ScriptedExecutor executor = fixture.executor(1);
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        executor.before = inputs -> {
            entered.countDown();
            await(go);
        };
        var batcher = new ContinuousBatcher(executor, tokenizer, new BatcherSettings(8, 2));
        List<CompletableFuture<Completion>> futures = java.util.Collections.synchronizedList(new ArrayList<>());
        Thread caller = new Thread(() -> {
            try {
                for (int i = 0; i < 6; i++) {
                    futures.add(batcher.submit(new int[] {10 + i}, request("", "base", null, 2, 0)));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        caller.start();
        assertThat(entered.await(5, TimeUnit.SECONDS)).isTrue();
        BatcherFixture.awaitWaiting(caller);
        assertThat(futures).hasSize(3);
        futures.get(1).cancel(true);
        go.countDown();
        caller.join();
        for (int i : new int[] {0, 2, 3, 4, 5}) {
            futures.get(i).get(5, TimeUnit.SECONDS);
        }
        assertThat(executor.calls.stream().map(c -> c.get(0)).filter(in -> in.startPosition() == 0)
                .map(in -> in.tokens()[0]).toList()).containsExactly(10, 12, 13, 14, 15);

        CountDownLatch stuck = new CountDownLatch(1);
        executor.before = inputs -> await(stuck);
        var running = batcher.submit(new int[] {3}, request("", "base", null, 50, 0));
        var waiting = batcher.submit(new int[] {3}, request("", "base", null, 50, 0));
        Thread closer = new Thread(batcher::close);
        closer.start();
        Thread.sleep(100);
        stuck.countDown();
        closer.join();
        for (var future : List.of(running, waiting,
                batcher.submit(new int[] {3}, request("", "base", null, 5, 0)))) {
            assertThat(future.get(5, TimeUnit.SECONDS).error().get()).contains("closed");
        }
    }
}
