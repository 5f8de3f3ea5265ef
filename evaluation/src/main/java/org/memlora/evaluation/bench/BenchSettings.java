package org.memlora.evaluation.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.memlora.models.LanguageModels.Compute;

/**
 * What a benchmark does.
 *
 * @param base name or path of the base
 * @param experts folder of trained experts; empty = random ones, which cost the same
 * @param data conversations; empty = the demo's own
 * @param batches rows of the engine measurements
 * @param rows what to measure, of {@link #DEFAULT_ROWS} and {@link #PARITY}
 * @param quick shorter measurements: a look, no figures to quote
 * @param parallel requests of "ours" in the model at once
 */
public record BenchSettings(String base, Optional<Path> experts, Compute compute, List<Path> data, List<Integer> batches,
        Set<String> rows, boolean quick, int parallel, int contextTokens, Path reportFolder) {

    public static final String OURS = "ours";
    public static final String ONE_AT_A_TIME = "one-at-a-time";
    public static final String LONG_PROMPTS = "long-prompts";
    public static final String ENGINES = "engines";
    public static final String EXPERTS = "experts";
    /** Needs LoCoMo files. */
    public static final String PARITY = "parity";
    public static final List<String> DEFAULT_ROWS = List.of(OURS, ONE_AT_A_TIME, LONG_PROMPTS, ENGINES, EXPERTS);
    private static final List<String> ROWS = List.of(OURS, ONE_AT_A_TIME, LONG_PROMPTS, ENGINES, EXPERTS, PARITY);

    /** Of everything that is random here. */
    public static final long SEED = 20_251_124;

    public BenchSettings {
        data = List.copyOf(data);
        batches = List.copyOf(batches);
        rows = Set.copyOf(rows);
        for (String row : rows) {
            if (!ROWS.contains(row)) {
                throw new IllegalArgumentException("There is no row \"" + row + "\": give some of " + String.join(", ", ROWS) + ".");
            }
        }
        if (batches.isEmpty() || batches.stream().anyMatch(batch -> batch < 1 || batch > 128)) {
            throw new IllegalArgumentException("The batches are " + batches + ": give numbers from 1 to 128, such as 1,4,8,16,32.");
        }
    }
}
