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
     * @param expert resident expert or {@link org.memlora.models.GenerationRequest#BASE}; rows of a call may differ
     */
    record RowInput(int row, int startPosition, int[] tokens, String expert) { }

    /** Feeds each row's tokens (rows of any lengths together); returns per input the logits after its last token, shape [vocabularySize]. */
    List<float[]> forward(List<RowInput> inputs);

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
