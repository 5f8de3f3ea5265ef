package org.memlora.models.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.memlora.models.generation.TinyTokenizer;

class TokenMasksTest {

    private static final String SAMPLE = "ab é日本😀 yes \"no\" 0123";

    @Test
    void shouldAllowExactlyTheValidCharacters() {
        Grammar grammar = Grammar.anyCharExcept("aé日😀");
        GrammarAutomaton automaton = new GrammarAutomaton(grammar);
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            if (c >= 0xD800 && c <= 0xDFFF) {
                continue;
            }
            String text = Character.toString(c);
            if (automaton.accepts(text.getBytes(StandardCharsets.UTF_8)) != GrammarMatcher.matches(grammar, text)) {
                throw new AssertionError("code point " + c);
            }
        }
        assertThat(automaton.accepts(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80})).isFalse();
        assertThat(automaton.accepts(new byte[] {(byte) 0xC0, (byte) 0x80})).isFalse();
        assertThat(automaton.accepts(new byte[] {(byte) 0xE3, (byte) 0x81})).isFalse();
    }

    @Test
    void shouldEqualBruteForce() {
        for (long seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            var tokenizer = new TinyTokenizer(random, SAMPLE, 80);
            TokenTrie trie = new TokenTrie(tokenizer);
            Grammar grammar = Grammar.sequence(Grammar.choice(List.of("yes", "ab é", "y", "日")),
                    Grammar.repeat(Grammar.anyCharExcept("b\"😀"), random.nextInt(2), 2 + random.nextInt(3)),
                    Grammar.literal(" \"no\""), Grammar.optional(Grammar.digit()));
            ConstraintState state = new TokenMasks(trie).start(grammar);
            GrammarAutomaton check = new GrammarAutomaton(grammar);
            GrammarAutomaton.State at = check.start();
            for (int step = 0; step < 30 && !state.isFinished(); step++) {
                List<Integer> expected = new ArrayList<>();
                for (int id = 1; id < tokenizer.vocabularySize(); id++) {
                    if (!check.run(at, tokenizer.tokenBytes(id)).isDead()) {
                        expected.add(id);
                    }
                }
                assertThat(state.mask().stream().boxed().toList()).as("seed %s step %s", seed, step).isEqualTo(expected);
                assertThat(state.mask().accepting()).isEqualTo(at.accepting);
                int token = expected.get(random.nextInt(expected.size()));
                state.accept(token);
                at = check.run(at, tokenizer.tokenBytes(token));
            }
        }
    }

    @Test
    void shouldBeFastForLargeVocabularies() {
        Random random = new Random(7);
        StringBuilder sample = new StringBuilder();
        for (int i = 0; i < 400_000; i++) {
            sample.append(i % 50 == 0 ? "é" : String.valueOf((char) (random.nextInt(6) == 0 ? ' ' : 'a' + random.nextInt(26))));
        }
        long start = System.nanoTime();
        TokenTrie trie = new TokenTrie(new TinyTokenizer(random, sample.toString(), 150_000));
        long built = System.nanoTime();
        ConstraintState state = new TokenMasks(trie).start(Grammar.sequence(
                Grammar.repeat(Grammar.anyCharExcept("\"\\"), 0, 200), Grammar.literal("\"")));
        int masks = 20;
        long first = 0;
        long begun = System.nanoTime();
        for (int i = 0; i < masks; i++) {
            assertThat(state.mask().ids().length).isGreaterThan(100_000);
            first = i == 0 ? System.nanoTime() - begun : first;
            state.accept('a' + 1);
        }
        System.out.printf("150k vocabulary: trie %d ms, first mask %.1f ms, %d further masks %.2f ms each%n",
                (built - start) / 1_000_000, first / 1e6, masks - 1, (System.nanoTime() - begun - first) / 1e6 / (masks - 1));
    }
}
