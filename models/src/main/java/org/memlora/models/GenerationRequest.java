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
 * @param tenant for whom it is done, e.g. the bank; where requests wait, tenants take turns
 */
public record GenerationRequest(
        List<ChatMessage> prompt, String expert, Optional<Grammar> grammar, GenerationOptions options, String tenant) {

    /** The base model without any expert. */
    public static final String BASE = "base";

    private static final String NOBODY = "";

    public GenerationRequest {
        prompt = List.copyOf(prompt);
        Objects.requireNonNull(expert, "expert");
        Objects.requireNonNull(grammar, "grammar");
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(tenant, "tenant");
    }

    /** For nobody in particular; all such requests count as one tenant's. */
    public GenerationRequest(List<ChatMessage> prompt, String expert, Optional<Grammar> grammar, GenerationOptions options) {
        this(prompt, expert, grammar, options, NOBODY);
    }

    /** The same with another grammar. */
    public GenerationRequest within(Grammar other) {
        return new GenerationRequest(prompt, expert, Optional.of(other), options, tenant);
    }
}
