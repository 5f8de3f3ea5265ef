package org.memlora.models.transformer;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import org.memlora.models.GenerationRequest;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.transformer.TransformerExecutor.RowInput;

/** What every executor refuses, in the same words. Immutable. */
public final class InputChecks {
    private final int rows;
    private final int contextTokens;
    private final int vocabularySize;
    private final Set<String> experts;
    private final IntPredicate supplied;

    /** @param experts resident ones, without the base */
    public InputChecks(int rows, int contextTokens, int vocabularySize, Set<String> experts) {
        this(rows, contextTokens, vocabularySize, experts, token -> false);
    }

    /** @param supplied tokens beyond the vocabulary that stand for vectors supplied from outside, for inputs only */
    public InputChecks(int rows, int contextTokens, int vocabularySize, Set<String> experts, IntPredicate supplied) {
        this.rows = rows;
        this.contextTokens = contextTokens;
        this.vocabularySize = vocabularySize;
        this.experts = Set.copyOf(experts);
        this.supplied = supplied;
    }

    /**
     * Before an executor is made.
     *
     * @throws IllegalArgumentException if rows or context don't suit the config, or an expert doesn't fit it or has the base's name
     */
    public static void requireLoadable(TransformerConfig config, Map<String, LoraAdapter> experts, int rows, int contextTokens) {
        if (rows < 1 || contextTokens < 1 || contextTokens > config.contextTokens()) {
            throw new IllegalArgumentException(rows + " rows of " + contextTokens + " tokens: expected at least 1 row and 1 .. "
                    + config.contextTokens() + " tokens");
        }
        experts.forEach((name, adapter) -> {
            if (name.equals(GenerationRequest.BASE)) {
                throw new IllegalArgumentException("an expert may not be named " + name + ": that is the base");
            }
            adapter.requireFit(config);
        });
    }

    /** @throws IllegalArgumentException naming the row, what was found and what was expected */
    public void require(List<RowInput> inputs) {
        BitSet seen = new BitSet();
        for (RowInput input : inputs) {
            requireRow(input.row());
            if (seen.get(input.row())) {
                throw new IllegalArgumentException("row " + input.row() + " comes twice, expected one input per row and call");
            }
            seen.set(input.row());
            int end = input.startPosition() + input.tokens().length;
            if (input.startPosition() < 0 || input.tokens().length == 0 || end > contextTokens) {
                throw new IllegalArgumentException("row " + input.row() + ": " + input.tokens().length + " tokens from position "
                        + input.startPosition() + ", expected at least 1 and an end of at most " + contextTokens);
            }
            if (input.logits() < 0 || input.logits() > input.tokens().length) {
                throw new IllegalArgumentException("row " + input.row() + ": logits of " + input.logits()
                        + " tokens are wanted, expected 0 .. " + input.tokens().length);
            }
            requireTokens(input.tokens(), supplied);
            if (!input.choice()) {   // a choice has most of the vocabulary, each time the same: TokenChoice looks at it once
                requireTokens(input.candidates(), token -> false);
            } else if (input.logits() != 1 || input.candidates().length == 0) {
                throw new IllegalArgumentException("row " + input.row() + ": a choice among " + input.candidates().length + " tokens after "
                        + input.logits() + ", expected at least 1 and after 1");
            }
            if (!input.expert().equals(GenerationRequest.BASE) && !experts.contains(input.expert())) {
                throw new IllegalArgumentException("no expert " + input.expert() + ", resident are " + experts);
            }
        }
    }

    public void requireRow(int row) {
        if (row < 0 || row >= rows) {
            throw new IllegalArgumentException("row " + row + " is not one of 0 .. " + (rows - 1));
        }
    }

    /** @throws IllegalArgumentException if one is outside of the vocabulary */
    void requireCandidates(int[] tokens) {
        requireTokens(tokens, token -> false);
    }

    private void requireTokens(int[] tokens, IntPredicate beyond) {
        for (int token : tokens) {
            if (token < 0 || token >= vocabularySize && !beyond.test(token)) {
                throw new IllegalArgumentException("token " + token + " is outside 0 .. " + (vocabularySize - 1));
            }
        }
    }
}
