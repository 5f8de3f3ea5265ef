package org.memlora.operators;

import java.util.List;

/**
 * Something a stage could not use; becomes a dead letter.
 *
 * @param reason machine-readable word in capitals (MODEL_FAILED, TOKEN_LIMIT, ...), then ": " and an explanation
 * @param rawText the model's raw text; empty when there is none
 * @param eventIds events it concerns
 */
public record StageFailure(Stage stage, String reason, String rawText, List<String> eventIds) {
    public StageFailure {
        eventIds = List.copyOf(eventIds);
    }
}
