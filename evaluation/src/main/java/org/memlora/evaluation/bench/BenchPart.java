package org.memlora.evaluation.bench;

import java.util.List;

/**
 * What one child process measures; crosses to it as JSON.
 *
 * @param kind which measurement
 * @param name row or engine
 * @param experts folder
 * @param trainedExperts the experts in the folder are trained ones; false = random
 * @param seconds of each phase of a row: no new work starts after it
 * @param minMillis of each engine figure, at least
 */
public record BenchPart(Kind kind, String name, String base, String compute, String experts, boolean trainedExperts,
        List<String> data, List<Integer> batches, int parallel, int contextTokens, double seconds, long minMillis) {

    /** PIPELINE: a row; ENGINE: token rates; EXPERT_COSTS: what experts add; PARITY: the compiled engine against the eager one. */
    public enum Kind { PIPELINE, ENGINE, EXPERT_COSTS, PARITY }

    public String title() {
        return switch (kind) {
            case PIPELINE -> "row " + name;
            case ENGINE -> "engine " + name;
            case EXPERT_COSTS -> "cost of experts";
            case PARITY -> "parity of the engines";
        };
    }
}
