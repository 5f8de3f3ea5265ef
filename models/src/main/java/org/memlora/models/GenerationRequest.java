package org.memlora.models;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.memlora.models.grammar.Grammar;

/**
 * One prompt for one expert.
 *
 * @param expert name of a resident expert, or {@link #BASE} for the bare base model
 * @param grammar the language the completion must belong to; empty = free text
 */
public record GenerationRequest(
        List<ChatMessage> prompt, String expert, Optional<Grammar> grammar, GenerationOptions options) {

    /** The base model without any expert. */
    public static final String BASE = "base";

    public GenerationRequest {
        prompt = List.copyOf(prompt);
        Objects.requireNonNull(expert, "expert");
        Objects.requireNonNull(grammar, "grammar");
        Objects.requireNonNull(options, "options");
    }
}
