package org.memlora.models.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.memlora.models.generation.BatcherFixture.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.memlora.models.Completion;
import org.memlora.models.GenerationRequest;
import org.memlora.models.generation.GenerationStats.Work;
import org.memlora.models.grammar.Grammar;

@Timeout(60)
class PromptLookupTest {

    private static final BatcherSettings PLAIN = new BatcherSettings(256, 256).withDrafts(0, 1);
    /** No piece of the vocabulary is in it, so that it is tokenised the same everywhere. */
    private static final String COPIED = "KLMNOPQR";
    private final BatcherFixture fixture = new BatcherFixture();

    @Test
    void shouldGoOnAsAfterTheLastPlaceWithTheLongestMatch() {
        assertThat(continuation(1, 2, 3, 9, 1, 2, 3, 8, 1, 2, 3)).isEqualTo(7);
        assertThat(continuation(1, 2, 3, 9, 5, 2, 3, 8, 1, 2, 3)).as("three equal tokens before two").isEqualTo(3);
        assertThat(continuation(5, 2, 3, 9, 1, 2, 3)).isEqualTo(3);
        assertThat(continuation(4, 4, 4)).as("overlapping").isEqualTo(2);
        assertThat(continuation(1, 2, 3, 4)).isEqualTo(-1);
        assertThat(continuation(7)).isEqualTo(-1);
    }

    private static int continuation(int... tokens) {
        return PromptLookup.continuation(tokens, tokens.length);
    }

    @Test
    void shouldWriteExactlyWhatPlainGreedyDecodingWrites() {
        long drafted = 0;
        long accepted = 0;
        for (long seed = 0; seed < 150; seed++) {
            Random random = new Random(seed);
            List<GenerationRequest> requests = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                requests.add(request(i + COPIED.repeat(1 + random.nextInt(8)) + "KL", i % 2 == 0 ? "e" : "base", grammar(random),
                        1 + random.nextInt(60), i == 3 ? 0.7 : 0));
            }
            int copies = random.nextInt(11);
            ScriptedExecutor plain = copying(4, copies);
            ScriptedExecutor drafting = copying(4, copies);
            try (var without = fixture.model(plain, PLAIN);
                    var with = fixture.model(drafting, PLAIN.withDrafts(4, 1 + random.nextInt(8)))) {
                List<Completion> expected = without.generate(requests);
                List<Completion> found = with.generate(requests);
                assertThat(found).extracting(Completion::text).as("seed %d", seed)
                        .isEqualTo(expected.stream().map(Completion::text).toList());
                assertThat(found).extracting(Completion::finishReason).isEqualTo(expected.stream().map(Completion::finishReason).toList());
                assertThat(found).extracting(Completion::completionTokens)
                        .isEqualTo(expected.stream().map(Completion::completionTokens).toList());
                Work work = with.stats().total();
                assertThat(work.forcedTokens()).isEqualTo(without.stats().total().forcedTokens());
                assertThat(work.acceptedTokens()).isBetween(0L, work.draftedTokens());
                assertThat(without.stats().total().draftedTokens()).isZero();
                drafted += work.draftedTokens();
                accepted += work.acceptedTokens();
            }
        }
        System.out.println("seeds 0 .. 149: " + drafted + " tokens drafted, " + accepted + " accepted");
        assertThat(accepted).isGreaterThan(500);
        assertThat(drafted).as("some were wrong").isGreaterThan(accepted + 100);
    }

    private static Grammar grammar(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> null;
            case 1 -> BatcherFixture.random(random, 4);
            default -> Grammar.repeat(Grammar.sequence(Grammar.anyCharExcept("q"), Grammar.literal("NOP"), Grammar.anyCharExcept("Q"),
                    Grammar.repeat(Grammar.anyCharExcept(""), 1, 4)), 0, 9);
        };
    }

    private ScriptedExecutor copying(int rows, int copies) {
        ScriptedExecutor executor = fixture.executor(rows);
        executor.copy(copies);
        return executor;
    }

    @Test
    void shouldNeedFewerCallsForACopy() {
        ScriptedExecutor executor = copying(1, 10);
        try (var model = fixture.model(executor, PLAIN.withDrafts(1, 6))) {
            model.generate(List.of(request(COPIED + "KL", "e", null, 40, 0)));
            Work work = model.stats().total();
            assertThat(work.outputTokens()).isEqualTo(40);
            assertThat(work.acceptedTokens()).isGreaterThan(25);
            assertThat(executor.calls).hasSizeLessThan(15);
        }
    }

    /** A picture's ids are above the vocabulary; the completion repeats what stands before the picture. */
    @Test
    void shouldStopBeforeThePicturesTokens() throws Exception {
        for (Grammar grammar : new Grammar[] {null, Grammar.repeat(Grammar.anyCharExcept("q"), 0, 40)}) {
            ScriptedExecutor executor = copying(1, 0);
            int vocabulary = executor.vocabularySize();
            int[] prompt = concat(fixture.tokenizer.encode(COPIED), IntStream.range(vocabulary, vocabulary + 5).toArray(),
                    fixture.tokenizer.encode("KL"));
            int[] likes = fixture.tokenizer.encode("MNOPQRST");
            executor.favourite = tokens -> likes[tokens.length < prompt.length ? 0 : Math.min(tokens.length - prompt.length, 7)];
            try (var model = fixture.model(executor, PLAIN.withDrafts(1, 8))) {
                Completion completion = model.submit(prompt, request("", "e", grammar, 8, 0)).get();
                assertThat(completion.error()).isEmpty();
                assertThat(completion.text()).startsWith("MNOPQRST");
                assertThat(model.stats().total().acceptedTokens()).as("drafts reach to the picture").isEqualTo(5);
            }
            int[] ids = executor.calls.stream().flatMap(List::stream).flatMapToInt(in -> IntStream.of(in.tokens())).toArray();
            assertThat(IntStream.of(ids).filter(id -> id >= vocabulary)).as("the prompt's only")
                    .containsExactlyElementsOf(IntStream.range(vocabulary, vocabulary + 5).boxed().toList());
            assertThat(executor.calls.stream().flatMap(List::stream).flatMapToInt(in -> IntStream.of(in.candidates())))
                    .allMatch(id -> id < vocabulary);
        }
    }

    private static int[] concat(int[]... parts) {
        return Stream.of(parts).flatMapToInt(IntStream::of).toArray();
    }

    @Test
    void shouldDraftNothingForTextsDrawnByChanceNorInABusyBatch() throws Exception {
        ScriptedExecutor executor = copying(3, 10);
        try (var batcher = fixture.batcher(executor, PLAIN.withDrafts(2, 6))) {
            fixture.together(batcher, executor, List.of(request(COPIED + "KL", "e", null, 40, 0.5)));
            assertThat(batcher.stats().total().draftedTokens()).isZero();
            List<GenerationRequest> three = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                three.add(request(i + COPIED + "KL", "e", null, 30, 0));
            }
            fixture.together(batcher, executor, three);
            assertThat(executor.calls).filteredOn(call -> call.size() == 3).isNotEmpty()
                    .allMatch(call -> call.stream().allMatch(in -> in.logits() <= 1));
        }
    }

    @Test
    void shouldPauseLongerAfterEachWrongGuess() {
        ScriptedExecutor executor = fixture.executor(1);
        int a = 1 + 'a';
        int b = 1 + 'b';
        executor.favourite = tokens -> {
            int guess = PromptLookup.continuation(tokens, tokens.length);
            return guess >= 0 && tokens[guess] == a ? b : a;
        };
        try (var model = fixture.model(executor, PLAIN.withDrafts(1, 4))) {
            Completion completion = model.generate(List.of(request("G", "e", null, 100, 0))).get(0);
            assertThat(completion.completionTokens()).isEqualTo(100);
            Work work = model.stats().total();
            System.out.println("text that is never as before: " + work.draftedTokens() + " tokens drafted in " + executor.calls.size()
                    + " calls");
            assertThat(executor.calls).hasSize(100);
            assertThat(work.acceptedTokens()).isZero();
            assertThat(work.draftedTokens()).isBetween(4L, 4 * 10L);
        }
    }
}
