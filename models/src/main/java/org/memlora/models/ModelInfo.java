package org.memlora.models;

import java.util.Map;
import java.util.Set;

/**
 * What a loaded model is.
 *
 * @param base name of the base, as given to {@code --base}
 * @param contextTokens longest prompt plus completion of one row, in tokens
 * @param experts names of the resident LoRA experts; without the base itself
 * @param leastConfidence by expert, {@link Completion#confidence} below which its stage does not trust an output; all count where there is none
 */
public record ModelInfo(String base, int contextTokens, Set<String> experts, Map<String, Double> leastConfidence) {
    public ModelInfo {
        experts = Set.copyOf(experts);
        leastConfidence = Map.copyOf(leastConfidence);
    }

    /** All outputs count. */
    public ModelInfo(String base, int contextTokens, Set<String> experts) {
        this(base, contextTokens, experts, Map.of());
    }

    /** 0 = all outputs of the expert count. */
    public double leastConfidence(String expert) {
        return leastConfidence.getOrDefault(expert, 0.0);
    }

    /** The same model with other experts to be seen. */
    public ModelInfo withExperts(Set<String> others) {
        return new ModelInfo(base, contextTokens, others, leastConfidence);
    }
}
