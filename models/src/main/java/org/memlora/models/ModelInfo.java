package org.memlora.models;

import java.util.Set;

/**
 * What a loaded model is.
 *
 * @param base name of the base, as given to {@code --base}
 * @param contextTokens longest prompt plus completion of one row, in tokens
 * @param experts names of the resident LoRA experts; without the base itself
 */
public record ModelInfo(String base, int contextTokens, Set<String> experts) {
    public ModelInfo {
        experts = Set.copyOf(experts);
    }
}
