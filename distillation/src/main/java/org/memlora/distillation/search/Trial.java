package org.memlora.distillation.search;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * A candidate trained so far. Costs are those from its first step on, whoever asked for them.
 *
 * @param identity of the candidate on its base and data; safe as a file name
 * @param steps optimizer steps done; fewer than the budget where the training stopped early
 * @param bestLoss lowest validation loss, nats per completion token; null where the training diverged
 * @param bestStep steps of that loss
 * @param baseLoss validation loss before the first step; null where the training diverged
 * @param seconds in optimizer steps, validations left out
 */
public record Trial(String identity, int steps, Double bestLoss, int bestStep, Double baseLoss, long tokens, double seconds) {

    /** Infinite where the training diverged. */
    double rank() {
        return bestLoss == null ? Double.POSITIVE_INFINITY : bestLoss;
    }

    @JsonIgnore
    public boolean isDiverged() {
        return bestLoss == null;
    }
}
