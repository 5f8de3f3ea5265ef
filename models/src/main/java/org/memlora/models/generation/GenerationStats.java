package org.memlora.models.generation;

import java.util.Map;

/**
 * What a batcher did since its start.
 *
 * @param experts work by expert, the base among them
 * @param forwardCalls calls of the transformer, retries included
 * @param forwardRows rows of all these calls together
 * @param prefixHits requests that started from a saved prefix
 * @param prefixSaves prefixes saved so far, dropped ones included
 * @param prefixBytes memory of those kept now
 */
public record GenerationStats(Map<String, Work> experts, long forwardCalls, long forwardRows, long prefixHits,
        long prefixSaves, long prefixBytes) {

    /**
     * Work on ended requests.
     *
     * @param requests all of them
     * @param failedRequests of these, without completion
     * @param cancelledRequests of these, given up by the caller while they had a row
     * @param promptTokens tokens of the prompts
     * @param cachedTokens of these, tokens that came from a saved prefix and were not run again
     * @param outputTokens tokens of the completions, forced ones included
     * @param forcedTokens of these, tokens that a grammar left no choice for, so that they were not sampled
     * @param draftedTokens tokens guessed by prompt look-up
     * @param acceptedTokens of these, tokens that the model would have chosen, too
     * @param prefillNanos share, by tokens, of the time of the calls that fed the prompts
     * @param decodeNanos share of the time of the calls after that
     */
    public record Work(long requests, long failedRequests, long cancelledRequests, long promptTokens, long cachedTokens,
            long outputTokens, long forcedTokens, long draftedTokens, long acceptedTokens, long prefillNanos, long decodeNanos) {

        public static final Work NONE = new Work(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

        public Work plus(Work other) {
            return new Work(requests + other.requests, failedRequests + other.failedRequests,
                    cancelledRequests + other.cancelledRequests, promptTokens + other.promptTokens,
                    cachedTokens + other.cachedTokens, outputTokens + other.outputTokens, forcedTokens + other.forcedTokens,
                    draftedTokens + other.draftedTokens, acceptedTokens + other.acceptedTokens,
                    prefillNanos + other.prefillNanos, decodeNanos + other.decodeNanos);
        }
    }

    public GenerationStats {
        experts = Map.copyOf(experts);
    }

    /** Of all experts together. */
    public Work total() {
        return experts.values().stream().reduce(Work.NONE, Work::plus);
    }

    public double rowsPerCall() {
        return forwardCalls == 0 ? 0 : (double) forwardRows / forwardCalls;
    }
}
