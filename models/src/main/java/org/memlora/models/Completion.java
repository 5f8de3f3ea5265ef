package org.memlora.models;

import java.util.Objects;
import java.util.Optional;

/**
 * What a model made of one request.
 *
 * @param text the completion without stop token; empty when failed
 * @param promptTokens tokens of the prompt, chat template included
 * @param completionTokens generated tokens, forced ones included, stop token not
 * @param prefillNanos wall time this row spent in prefill
 * @param decodeNanos wall time from first to last generated token
 * @param error what failed, for {@link FinishReason#FAILED} only
 */
public record Completion(
        String text,
        FinishReason finishReason,
        int promptTokens,
        int completionTokens,
        long prefillNanos,
        long decodeNanos,
        Optional<String> error) {

    public Completion {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(finishReason, "finishReason");
        Objects.requireNonNull(error, "error");
    }

    public static Completion failed(String error) {
        return new Completion("", FinishReason.FAILED, 0, 0, 0, 0, Optional.of(error));
    }
}
