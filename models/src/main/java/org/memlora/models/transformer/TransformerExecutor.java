package org.memlora.models.transformer;

import java.util.List;

/**
 * Runs one transformer for a fixed number of rows, each with its own preallocated key-value cache.
 * Threading: one caller at a time (the scheduler's thread).
 */
public interface TransformerExecutor extends AutoCloseable {

    /** Rows that can be in flight at once. */
    int rows();

    int contextTokens();

    int vocabularySize();

    /**
     * New tokens of one row.
     *
     * @param row 0 .. rows() - 1, at most once per call
     * @param startPosition position of the first token; everything the row's cache holds from there on is overwritten.
     *     0 starts a new sequence.
     * @param tokens at least one
     * @param expert resident expert or {@link org.memlora.models.GenerationRequest#BASE}; rows of a call may differ
     * @param logits for how many of the last tokens logits are wanted: 0 (a piece of a prompt that is not its end) ..
     *     tokens.length (checking a draft)
     * @param candidates the tokens whose logits suffice (a grammar allows no others); empty = the whole vocabulary
     * @param choice the executor chooses, where it {@link #chooses}: instead of logits the candidate with the largest one, and its
     *     probability among the candidates; of one token, {@code logits} is 1. The same array of candidates for the same tokens saves work
     */
    record RowInput(int row, int startPosition, int[] tokens, String expert, int logits, int[] candidates, boolean choice) {

        private static final int[] WHOLE_VOCABULARY = new int[0];

        public RowInput(int row, int startPosition, int[] tokens, String expert, int logits, int[] candidates) {
            this(row, startPosition, tokens, expert, logits, candidates, false);
        }

        /** The logits after the last token, of the whole vocabulary. */
        public RowInput(int row, int startPosition, int[] tokens, String expert) {
            this(row, startPosition, tokens, expert, 1, WHOLE_VOCABULARY);
        }
    }

    /**
     * Feeds each row's tokens (rows of any lengths together).
     *
     * @return per input the wanted logits, oldest first: shape [logits][vocabularySize or candidates.length]; of a choice
     *     [1][2], token and probability
     */
    List<float[][]> forward(List<RowInput> inputs);

    /** Whether rows may ask for a choice: for executors from which logits come at a price. */
    default boolean chooses() {
        return false;
    }

    /**
     * A copy of the keys and values of a row's first tokens, held outside the rows until closed. They are those of the
     * expert that ran the tokens: another expert's rows can't start from them.
     *
     * @param tokens 1 .. the tokens that the row's cache holds
     */
    KeyValuePrefix savePrefix(int row, int tokens);

    /** Makes a saved prefix the start of a row; the next tokens of the row start at {@code prefix.tokens()}. */
    void restorePrefix(KeyValuePrefix prefix, int row);

    /** Keys and values of the first tokens of a sequence. Threading: the executor's caller. */
    interface KeyValuePrefix extends AutoCloseable {

        int tokens();

        /** Memory that it holds until it is closed. */
        long bytes();

        @Override
        void close();
    }

    /**
     * Supplies vectors that stand in for embeddings, e.g. what a vision tower saw. Their tokens are the returned id, id + 1 …, above the
     * vocabulary, and belong into prompts like other tokens; no two pieces ever share an id at the same time. Threading: all threads.
     *
     * @param vectors [n, width of the transformer] row-major, n at least 1
     * @throws UnsupportedOperationException if this executor can't do it
     */
    default int supplyEmbeddings(float[] vectors) {
        throw new UnsupportedOperationException(getClass().getSimpleName() + " takes no pictures; use the eager executor");
    }

    /** Forgets a piece once no row uses it any more; rows that do fail in their next forward call. Threading: all threads. */
    default void dropEmbeddings(int first) {
        throw new UnsupportedOperationException(getClass().getSimpleName() + " takes no pictures; use the eager executor");
    }

    @Override
    void close();
}
