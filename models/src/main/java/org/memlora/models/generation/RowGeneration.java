package org.memlora.models.generation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationOptions;
import org.memlora.models.grammar.ConstraintState;
import org.memlora.models.grammar.Grammar;
import org.memlora.models.grammar.TokenMask;
import org.memlora.models.grammar.TokenMasks;
import org.memlora.models.grammar.TokenTrie;

/** One request on its way through a row. Threading: confined to the scheduler's thread, but for {@link #future}. */
final class RowGeneration {

    final CompletableFuture<Completion> future = new CompletableFuture<>();
    final int promptTokens;
    final String expert;
    private final Optional<Grammar> grammar;
    private final GenerationOptions options;
    private final Sampler sampler;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private TokenTrie trie;
    private TokenMasks masks;
    private ConstraintState constraint;
    private int[] stops;
    private int budget;
    /** Prompt, then generated tokens; those before {@link #fed} are in the row's cache. */
    private int[] tokens;
    private int length;
    private int fed;
    private int generated;
    int forced;
    private FinishReason finish;
    private long prefillStart;
    private long prefillEnd;
    private long lastToken;

    RowGeneration(int[] prompt, String expert, Optional<Grammar> grammar, GenerationOptions options) {
        this.tokens = prompt.clone();
        this.length = prompt.length;
        this.promptTokens = prompt.length;
        this.expert = expert;
        this.grammar = grammar;
        this.options = options;
        this.sampler = new Sampler(options);
    }

    /** Takes a row; fails when the grammar can't be met within the token limit. */
    void start(TokenTrie trie, TokenMasks masks, int[] stops, int contextTokens) {
        this.trie = trie;
        this.masks = masks;
        this.stops = stops;
        budget = Math.min(options.maxTokens(), contextTokens - promptTokens);
        if (promptTokens == 0 || budget < 1) {
            throw new IllegalArgumentException("the prompt has " + promptTokens + " tokens, expected 1 to "
                    + (contextTokens - 1) + " so that the context of " + contextTokens + " tokens holds a completion");
        }
        if (grammar.isPresent()) {
            constraint = masks.start(grammar.get());
            if (!constraint.canEndWithin(budget)) {
                throw new IllegalArgumentException("the shortest text of the grammar takes " + constraint.ending().length
                        + " tokens, the limit leaves " + budget);
            }
            settle();
        }
    }

    boolean isFinished() {
        return finish != null;
    }

    boolean isPrefilling() {
        return fed < promptTokens;
    }

    int position() {
        return fed;
    }

    int[] nextPiece(int most) {
        return Arrays.copyOfRange(tokens, fed, Math.min(length, fed + most));
    }

    /** False where {@code count} more tokens leave some of the prompt unfed. */
    boolean needsLogitsAfter(int count) {
        return fed + count == length;
    }

    /** Takes note of a forward call that fed {@code count} tokens. */
    void fed(int count, float[][] logits, long start, long end) {
        if (isPrefilling()) {
            prefillStart = prefillStart == 0 ? start : prefillStart;
            prefillEnd = end;
        }
        fed += count;
        if (fed < length) {
            return;
        }
        TokenMask mask = constraint == null ? masks.free() : constraint.mask();
        int token = sampler.choose(logits[0], mask, stops);
        if (isStop(token)) {
            finish = FinishReason.STOP;
            return;
        }
        if (constraint != null && !constraint.canEndAfter(token, budget - generated - 1)) {
            end();
            return;
        }
        append(token);
        settle();
    }

    private boolean isStop(int token) {
        return Arrays.stream(stops).anyMatch(stop -> stop == token);
    }

    /** Appends what needs no sampling, and ends the completion where it must. */
    private void settle() {
        while (finish == null && constraint != null && !constraint.isFinished() && generated < budget) {
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
        if (finish == null && constraint != null && constraint.isFinished()) {
            finish = FinishReason.STOP;
        } else if (finish == null && generated >= budget) {
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
        lastToken = System.nanoTime();
    }

    int generated() {
        return generated;
    }

    Completion completion() {
        String result = text.toString(StandardCharsets.UTF_8);
        while (constraint == null && finish == FinishReason.LENGTH && result.endsWith("\uFFFD")) {
            result = result.substring(0, result.length() - 1);
        }
        return new Completion(result, finish, promptTokens, generated, prefillNanos(), decodeNanos(), Optional.empty());
    }

    Completion failed(String error) {
        return new Completion("", FinishReason.FAILED, promptTokens, generated, prefillNanos(), decodeNanos(),
                Optional.of(error));
    }

    private long prefillNanos() {
        return prefillEnd - prefillStart;
    }

    private long decodeNanos() {
        return prefillEnd == 0 ? 0 : Math.max(0, lastToken - prefillEnd);
    }
}
