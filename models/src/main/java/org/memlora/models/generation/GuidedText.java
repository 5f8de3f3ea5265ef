package org.memlora.models.generation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationOptions;
import org.memlora.models.grammar.ConstraintState;
import org.memlora.models.grammar.Grammar;
import org.memlora.models.grammar.TokenMask;
import org.memlora.models.grammar.TokenMasks;
import org.memlora.models.grammar.TokenTrie;

/** A prompt and the completion that grows behind it, inside its grammar and token limit. Threading: confined. */
final class GuidedText {

    /** A mask of at most so many tokens names its candidates to the executor. */
    static final int MOST_CANDIDATES = 64;
    private static final int[] ALL = new int[0];

    final int promptTokens;
    private final TokenTrie trie;
    private final TokenMasks masks;
    private final int[] stops;
    private final Sampler sampler;
    private final boolean greedy;
    private final ConstraintState constraint;
    private final int budget;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    /** Prompt, then generated tokens. */
    private int[] tokens;
    private int length;
    private int generated;
    private int forced;
    private FinishReason finish;
    private double confidence = 1;
    private boolean inFreeText;

    /** Fails when the grammar can't be met within the token limit. */
    GuidedText(int[] prompt, Optional<Grammar> grammar, GenerationOptions options, TokenTrie trie, TokenMasks masks, int[] stops,
            int contextTokens) {
        this.promptTokens = prompt.length;
        this.tokens = prompt.clone();
        this.length = prompt.length;
        this.trie = trie;
        this.masks = masks;
        this.stops = stops;
        this.sampler = new Sampler(options);
        this.greedy = options.temperature() == 0;
        this.budget = Math.min(options.maxTokens(), contextTokens - promptTokens);
        if (promptTokens == 0 || budget < 1) {
            throw new IllegalArgumentException("the prompt has " + promptTokens + " tokens, expected 1 to "
                    + (contextTokens - 1) + " so that the context of " + contextTokens + " tokens holds a completion");
        }
        this.constraint = grammar.map(masks::start).orElse(null);
        if (constraint != null && !constraint.canEndWithin(budget)) {
            throw new IllegalArgumentException("the shortest text of the grammar takes " + constraint.ending().length
                    + " tokens, the limit leaves " + budget);
        }
        settle();
    }

    int length() {
        return length;
    }

    int[] tokens(int from, int to) {
        return Arrays.copyOfRange(tokens, from, to);
    }

    /** Of the tokens from {@code from} on, how many are the same as {@code fed}. */
    int common(int from, int[] fed) {
        int different = Arrays.mismatch(tokens, from, length, fed, 0, fed.length);
        return different < 0 ? fed.length : different;
    }

    boolean isFinished() {
        return finish != null;
    }

    FinishReason finish() {
        return finish;
    }

    int generated() {
        return generated;
    }

    /** See {@link org.memlora.models.Completion}. */
    double confidence() {
        return confidence;
    }

    int forced() {
        return forced;
    }

    /** The tokens that may come next, the end's among them, in the order of sampling; empty when there are many. */
    int[] candidates(int vocabularySize) {
        TokenMask mask = mask();
        int ends = mask.accepting() ? stops.length : 0;
        if (mask.ids().length + ends > MOST_CANDIDATES) {
            return ALL;
        }
        return mask.candidates(stops, vocabularySize);
    }

    boolean isGreedy() {
        return greedy;
    }

    /** The tokens that may come next, the end's among them; the same array wherever the grammar stands so. */
    int[] allCandidates(int vocabularySize) {
        return masks.candidates(mask(), stops, vocabularySize);
    }

    /** Goes on by the token that the logits favour, and by what follows from it without a choice. */
    void advance(float[] logits) {
        TokenMask mask = mask();
        int token = sampler.choose(logits, mask, stops);
        take(token, mask, () -> Sampler.probability(token, logits, mask, stops));
    }

    /** Goes on by the most probable one of {@link #allCandidates}. */
    void advance(int token, double probability) {
        if (Double.isNaN(probability)) {
            throw new IllegalStateException("the model gave no finite logit to any allowed token");
        }
        take(token, mask(), () -> probability);
    }

    private void take(int token, TokenMask mask, DoubleSupplier probability) {
        inFreeText |= mask.ids().length > MOST_CANDIDATES;
        if (!inFreeText) {
            confidence *= probability.getAsDouble();
        }
        if (Arrays.stream(stops).anyMatch(stop -> stop == token)) {
            finish = FinishReason.STOP;
        } else if (constraint != null && !constraint.canEndAfter(token, budget - generated - 1)) {
            end();
        } else {
            append(token);
            settle();
        }
    }

    /**
     * A guess at what comes next. Greedy texts only: what is drawn by chance can't be guessed. It ends before special tokens and
     * before a picture's, whose ids no mask allows.
     *
     * @param most tokens of the guess
     */
    Draft draft(int most) {
        int source = greedy ? PromptLookup.continuation(tokens, length) : -1;
        int room = Math.min(most, budget - generated - 1);
        if (source < 0 || room < 1) {
            return Draft.NONE;
        }
        int[] guess = new int[room];
        int count = 0;
        BitSet guesses = new BitSet();
        ConstraintState ahead = constraint == null ? null : constraint.fork();
        while (source >= 0 && source < length && count < room) {
            int[] run = ahead == null ? new int[0] : ahead.forced();
            if (run.length == 0 && !allows(ahead, tokens[source], budget - generated - count - 1)) {
                break;
            }
            guesses.set(count, run.length == 0);
            for (int token : run.length > 0 ? run : new int[] {tokens[source]}) {
                if (count < room) {
                    guess[count++] = token;
                }
                if (ahead != null) {
                    ahead.accept(token);
                }
                source = source >= 0 && source < length && tokens[source] == token ? source + 1 : -1;
            }
        }
        return new Draft(Arrays.copyOf(guess, count), guesses);
    }

    private boolean allows(ConstraintState state, int token, int left) {
        return state == null ? masks.free().allows(token)
                : !state.isFinished() && state.mask().allows(token) && state.canEndAfter(token, left);
    }

    private TokenMask mask() {
        return constraint == null ? masks.free() : constraint.mask();
    }

    /** Appends what needs no sampling, and ends the completion where it must. */
    private void settle() {
        while (constraint != null && !constraint.isFinished() && generated < budget) {
            int[] run = constraint.forced();
            if (run.length == 0) {
                return;
            }
            for (int token : run) {
                if (!constraint.canEndAfter(token, budget - generated - 1)) {
                    end();
                    return;
                }
                append(token);
                forced++;
            }
        }
        if (constraint != null && constraint.isFinished()) {
            finish = FinishReason.STOP;
        } else if (generated >= budget) {
            finish = FinishReason.LENGTH;
        }
    }

    /** Closes the text by its shortest ending. */
    private void end() {
        for (int token : constraint.ending()) {
            append(token);
            forced++;
        }
        finish = FinishReason.LENGTH;
    }

    private void append(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, length + Math.max(64, length / 2));
        }
        tokens[length++] = token;
        generated++;
        text.writeBytes(trie.bytes(token));
        if (constraint != null) {
            constraint.accept(token);
        }
    }

    /** The completion; a character that the token limit cut is left out. */
    String text() {
        String result = text.toString(StandardCharsets.UTF_8);
        while (constraint == null && finish == FinishReason.LENGTH && result.endsWith("\uFFFD")) {
            result = result.substring(0, result.length() - 1);
        }
        return result;
    }

    /**
     * Tokens that may follow.
     *
     * @param guesses the positions of those that are a guess; the others follow from them by the grammar
     */
    record Draft(int[] tokens, BitSet guesses) {

        static final Draft NONE = new Draft(new int[0], new BitSet());

        int guessed() {
            return guesses.cardinality();
        }

        /** How many of the guesses are among the first {@code count} tokens. */
        int guessed(int count) {
            return guesses.get(0, count).cardinality();
        }
    }
}
