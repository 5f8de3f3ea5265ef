package org.memlora.evaluation.bench;

/** Reads prompts and writes tokens greedily, as many rows at once as asked. Threading: one thread. */
interface BenchmarkEngine extends AutoCloseable {

    int PROMPT_TOKENS = 96;

    /**
     * Reads {@code batch} different prompts of about {@link #PROMPT_TOKENS} tokens, then writes in all rows.
     *
     * @param outputTokens per row
     */
    Run run(int batch, int outputTokens);

    /**
     * @param promptTokens read in {@code prefillNanos}, of all rows together
     * @param outputTokens written in {@code decodeNanos} while all rows were writing
     */
    record Run(long promptTokens, long prefillNanos, long outputTokens, long decodeNanos) {

        static final Run NONE = new Run(0, 0, 0, 0);

        Run plus(Run other) {
            return new Run(promptTokens + other.promptTokens, prefillNanos + other.prefillNanos, outputTokens + other.outputTokens,
                    decodeNanos + other.decodeNanos);
        }

        double prefillPerSecond() {
            return promptTokens * 1e9 / prefillNanos;
        }

        double decodePerSecond() {
            return outputTokens * 1e9 / decodeNanos;
        }
    }

    /** What else is to be known of the figures, for the report; empty = nothing. */
    default String note() {
        return "";
    }

    @Override
    void close();
}
