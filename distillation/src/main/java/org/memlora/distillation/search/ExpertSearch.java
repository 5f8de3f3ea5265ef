package org.memlora.distillation.search;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.memlora.distillation.DistillationConfig.Expert;
import org.memlora.distillation.WholeFile;
import org.memlora.distillation.search.StageSearch.Found;
import org.memlora.operators.Stage;

/**
 * Nested validation. Inner loop: per stage, candidates by validation loss. Outer loop: combinations of each stage's best ones by the
 * pipeline's score. Goes on where an interrupted search was. Threading: one thread.
 */
public final class ExpertSearch {
    private final SearchConfig config;
    private final InnerLoop inner;
    private final Optional<OuterLoop> outer;
    private final PrintStream out;

    /** @param outer empty = the inner loop alone */
    public ExpertSearch(SearchConfig config, InnerLoop inner, Optional<OuterLoop> outer, PrintStream out) {
        this.config = config;
        this.inner = inner;
        this.outer = outer;
        this.out = out;
    }

    /** Stages of the grids in the order of the pipeline. */
    public static List<String> stages(SearchConfig config) {
        return config.search().grids().keySet().stream()
                .sorted(Comparator.comparing((String stage) -> Stage.valueOf(stage.toUpperCase(Locale.ROOT)))).toList();
    }

    /**
     * Prints the report and writes it to search.json in the output folder.
     *
     * @param methods at least one; halving runs first, so that exhaustive search goes on from its checkpoints
     * @return the best expert's settings by stage
     * @throws IllegalArgumentException if the first round would end before the warm-up does
     */
    public Map<String, Expert> run(Set<SearchMethod> methods) {
        List<SearchOutcome> outcomes = new ArrayList<>();
        for (SearchMethod method : EnumSet.copyOf(methods)) {
            Map<String, Found> stages = new LinkedHashMap<>();
            for (String stage : stages(config)) {
                stages.put(stage, search(method, stage));
            }
            SearchOutcome found = new SearchOutcome(method, stages, Map.of());
            outcomes.add(outer.map(loop -> new SearchOutcome(method, stages, loop.scores(found.kept()))).orElse(found));
        }
        SearchReport report = new SearchReport(config, outer.map(OuterLoop::measure), outcomes, fullSteps());
        Path file = config.output().resolve("search.json");
        WholeFile.write(file, report.json().toPrettyString());
        out.print(report.table());
        out.println(file);
        return SearchOutcome.best(outcomes).bestExperts();
    }

    private Found search(SearchMethod method, String stage) {
        List<Candidate> candidates = config.candidates(stage);
        out.println(method.name().toLowerCase(Locale.ROOT) + " search, " + stage + ": " + candidates.size() + " configurations");
        // So few are trained to their end at once: there is nothing to halve.
        if (method == SearchMethod.EXHAUSTIVE || candidates.size() <= config.search().keep()) {
            return StageSearch.exhaustive(candidates, config.search().keep(), inner);
        }
        for (Candidate candidate : candidates) {
            long warmup = Math.round(candidate.expert().training().warmupShare() * inner.fullSteps(candidate));
            if (warmup >= config.search().budgetSteps()) {
                throw new IllegalArgumentException("search.budgetSteps is " + config.search().budgetSteps() + ", expected more than the " + warmup
                        + " steps of warm-up of " + stage + ": no configuration would have trained at its own learning rate.");
            }
        }
        return StageSearch.halving(candidates, config.search().budgetSteps(), config.search().keep(), inner);
    }

    private Map<String, Integer> fullSteps() {
        return stages(config).stream().collect(Collectors.toMap(stage -> stage,
                stage -> config.candidates(stage).stream().mapToInt(inner::fullSteps).sum(), (a, b) -> a, LinkedHashMap::new));
    }
}
