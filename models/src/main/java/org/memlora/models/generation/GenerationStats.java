package org.memlora.models.generation;

/**
 * What a batcher did since its start.
 *
 * @param promptTokens tokens of the prompts of ended requests
 * @param outputTokens tokens of their completions, forced ones included
 * @param forcedTokens of these, tokens that were not sampled
 * @param forwardCalls calls of the transformer, retries included
 * @param forwardRows rows of all these calls together
 * @param failedRequests requests that ended without completion
 */
public record GenerationStats(long promptTokens, long outputTokens, long forcedTokens, long forwardCalls,
        long forwardRows, long requests, long failedRequests) {

    public double rowsPerCall() {
        return forwardCalls == 0 ? 0 : (double) forwardRows / forwardCalls;
    }
}
