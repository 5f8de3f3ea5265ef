package org.memlora.models.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.memlora.models.ChatMessage;
import org.memlora.models.Completion;
import org.memlora.models.GenerationOptions;
import org.memlora.models.GenerationRequest;
import org.memlora.models.ModelInfo;
import org.memlora.models.grammar.Grammar;

/** A tiny vocabulary, scripted executors for it, requests and random grammars. */
final class BatcherFixture {

    static final String SAMPLE = "abcab é日本😀 {\"a\": \"b\"} yes no - x\n";

    final TinyTokenizer tokenizer = new TinyTokenizer(new Random(1), SAMPLE, 60);

    LocalLanguageModel model(ScriptedExecutor executor, BatcherSettings settings) {
        return new LocalLanguageModel(new ModelInfo("tiny", executor.contextTokens(), Set.of("e")), executor, tokenizer, settings);
    }

    ScriptedExecutor executor(int rows) {
        return new ScriptedExecutor(rows, 256, tokenizer.vocabularySize() + 7);
    }

    ContinuousBatcher batcher(ScriptedExecutor executor, BatcherSettings settings) {
        return new ContinuousBatcher(executor, tokenizer, settings);
    }

    /** Has all requests in the queue before the first of them gets a row; what the executor was called for before is forgotten. */
    List<Completion> together(ContinuousBatcher batcher, ScriptedExecutor executor, List<GenerationRequest> requests) throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        executor.before = inputs -> {
            entered.countDown();
            await(go);
        };
        CompletableFuture<Completion> first = batcher.submit(new int[] {1}, request("", "blocker", null, 1, 0));
        await(entered);
        List<CompletableFuture<Completion>> futures = new ArrayList<>();
        for (GenerationRequest request : requests) {
            futures.add(batcher.submit(tokenizer.encodeChat(request.prompt()), request));
        }
        executor.calls.clear();
        go.countDown();
        first.join();
        return futures.stream().map(CompletableFuture::join).toList();
    }

    static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns when the thread waits for something. */
    static void awaitWaiting(Thread thread) throws InterruptedException {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.sleep(5);
        }
    }

    static GenerationRequest request(String prompt, String expert, Grammar grammar, int max, double temperature) {
        return request(prompt, expert, grammar, max, temperature, "");
    }

    static GenerationRequest request(String prompt, String expert, Grammar grammar, int max, double temperature, String tenant) {
        return new GenerationRequest(List.of(ChatMessage.user(prompt)), expert, Optional.ofNullable(grammar),
                new GenerationOptions(max, temperature, prompt.hashCode()), tenant);
    }

    static Grammar random(Random random, int depth) {
        int kind = random.nextInt(depth == 0 ? 2 : 5);
        if (kind == 0) {
            int from = random.nextInt(8);
            String text = SAMPLE.substring(from, from + random.nextInt(14));
            return Grammar.literal(Character.isHighSurrogate(text.isEmpty() ? 'a' : text.charAt(text.length() - 1))
                    ? text + "\uDE00" : text);
        }
        if (kind == 1) {
            return Grammar.anyCharExcept(random.nextBoolean() ? "a\"é日" : "😀b");
        }
        if (kind == 2) {
            int min = random.nextInt(3);
            return Grammar.repeat(random(random, depth - 1), min,
                    random.nextInt(3) == 0 ? Grammar.UNBOUNDED : min + random.nextInt(4));
        }
        Grammar[] parts = new Grammar[1 + random.nextInt(3)];
        Arrays.setAll(parts, i -> random(random, depth - 1));
        return kind == 3 ? Grammar.choice(parts) : Grammar.sequence(parts);
    }
}
