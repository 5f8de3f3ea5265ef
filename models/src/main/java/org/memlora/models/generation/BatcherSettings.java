package org.memlora.models.generation;

import org.memlora.models.transformer.TransformerExecutor;

/**
 * How a {@link ContinuousBatcher} shares the model.
 *
 * @param prefillTokens most prompt tokens of one row per forward call; while rows decode, of all rows together
 * @param queueCapacity requests that wait for a row before callers block
 * @param prefixes prefixes of prompts to keep, 0 = none
 * @param prefixBytes most memory for their keys and values
 * @param draftRows most rows in use for which drafts are tried, 0 = never: each drafted token costs a full batch as much as
 *     a token of another row
 * @param draftTokens most tokens of a draft
 */
public record BatcherSettings(int prefillTokens, int queueCapacity, int prefixes, long prefixBytes, int draftRows,
        int draftTokens) {

    private static final long MEBIBYTE = 1L << 20;

    public static final BatcherSettings DEFAULT = new BatcherSettings(256, 256);
    /** An executor that chooses reads a prompt's beginning sooner than it copies it, takes more tokens at once in the same time, and checks no drafts. */
    public static final BatcherSettings CHOOSING = new BatcherSettings(2048, 1024, 0, 0, 0, 1);

    public static BatcherSettings of(TransformerExecutor executor) {
        return executor.chooses() ? CHOOSING : DEFAULT;
    }

    public BatcherSettings {
        if (prefillTokens < 1 || queueCapacity < 1) {
            throw new IllegalArgumentException("prefillTokens is " + prefillTokens + " and queueCapacity "
                    + queueCapacity + ", expected at least 1");
        }
        if (prefixes < 0 || prefixBytes < 0 || draftRows < 0 || draftTokens < 1) {
            throw new IllegalArgumentException("prefixes is " + prefixes + ", prefixBytes " + prefixBytes + " and draftRows "
                    + draftRows + ", expected at least 0; draftTokens is " + draftTokens + ", expected at least 1");
        }
    }

    /** With default prefixes and drafts. */
    public BatcherSettings(int prefillTokens, int queueCapacity) {
        this(prefillTokens, queueCapacity, 32, 128 * MEBIBYTE, 2, 4);
    }

    public BatcherSettings withPrefixes(int most, long bytes) {
        return new BatcherSettings(prefillTokens, queueCapacity, most, bytes, draftRows, draftTokens);
    }

    public BatcherSettings withDrafts(int rows, int tokens) {
        return new BatcherSettings(prefillTokens, queueCapacity, prefixes, prefixBytes, rows, tokens);
    }
}
