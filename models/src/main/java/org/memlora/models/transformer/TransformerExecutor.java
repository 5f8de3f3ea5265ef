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

    @Override
    void close();
}
