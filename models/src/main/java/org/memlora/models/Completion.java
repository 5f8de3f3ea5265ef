package org.memlora.models;

import java.util.Objects;
import java.util.Optional;

/**
 * What a model made of one request. The times of all completions add up to the model's own time.
 *
 * @param text the completion without stop token; empty when failed
 * @param promptTokens tokens of the prompt, chat template included
 * @param cachedTokens of these, first tokens that another prompt had in common, so that they were not run again
 * @param completionTokens generated tokens, forced ones included, stop token not
 * @param prefillNanos this row's share, by tokens, of the time of the calls that fed its prompt
 * @param decodeNanos its share of the time of the calls after that
 * @param confidence product of the probabilities of what was chosen where the grammar left a few tokens only, among these, up to the first free choice: of a
 *     grammar of a few outcomes, that of the outcome; of free text, that of its beginning (a fact and not NONE); 1 = there was no such choice
 * @param error what failed, for {@link FinishReason#FAILED} only
 */
public record Completion(
        String text,
        FinishReason finishReason,
        int promptTokens,
        int cachedTokens,
        int completionTokens,
        long prefillNanos,
        long decodeNanos,
        double confidence,
        Optional<String> error) {

    public Completion {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(finishReason, "finishReason");
        Objects.requireNonNull(error, "error");
    }

    /** Of a prompt that was run whole. */
    public Completion(String text, FinishReason finishReason, int promptTokens, int completionTokens, long prefillNanos,
            long decodeNanos, Optional<String> error) {
        this(text, finishReason, promptTokens, 0, completionTokens, prefillNanos, decodeNanos, 1, error);
    }

    public static Completion failed(String error) {
        return new Completion("", FinishReason.FAILED, 0, 0, 0, 0, 0, 1, Optional.of(error));
    }
}
