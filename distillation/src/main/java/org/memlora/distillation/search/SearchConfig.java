package org.memlora.distillation.search;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.memlora.distillation.ConfigurationFile;
import org.memlora.distillation.DistillationConfig;
import org.memlora.distillation.DistillationConfig.Expert;
import org.memlora.distillation.DistillationConfig.Lora;
import org.memlora.distillation.training.TrainingSettings;

/**
 * A {@link DistillationConfig} with a grid around its experts. A YAML or JSON file.
 *
 * @param output folder for checkpoints, trained candidates and the report
 */
public record SearchConfig(String base, Path output, int contextTokens, DistillationConfig.Data data, Map<String, Expert> experts, Search search) {

    /**
     * @param keep candidates per stage that are trained to the end and tried in the pipeline
     * @param budgetSteps optimizer steps of each candidate in the first round of successive halving
     * @param grids by stage, in the order of the search
     */
    public record Search(int keep, int budgetSteps, Map<String, Grid> grids) {
        public Search {
            require(keep >= 1, "search.keep is " + keep + ", expected at least 1");
            require(budgetSteps >= 1, "search.budgetSteps is " + budgetSteps + ", expected at least 1");
            grids = grids == null ? Map.of() : new LinkedHashMap<>(grids);
            require(!grids.isEmpty(), "search.grids is missing, expected lists of settings for at least one stage");
            grids.forEach((stage, grid) -> require(grid != null, "search.grids." + stage + " is empty, expected lists of settings"));
        }
    }

    /** All values of a setting that are tried, each with each of the others'; null = the expert's own. LoRA's alpha keeps its ratio to the rank. */
    public record Grid(List<Double> learningRate, List<Integer> rank, List<Double> dropout, List<List<String>> targets, List<Integer> batchExamples) {
        public Grid {
            requireValues("learningRate", learningRate);
            requireValues("rank", rank);
            requireValues("dropout", dropout);
            requireValues("targets", targets);
            requireValues("batchExamples", batchExamples);
        }

        private static void requireValues(String name, List<?> values) {
            require(values == null || !values.isEmpty() && values.stream().noneMatch(value -> value == null),
                    name + " of a grid is " + values + ", expected values or null");
            require(values == null || values.stream().distinct().count() == values.size(), name + " of a grid has a value twice: " + values);
        }
    }

    public SearchConfig {
        require(search != null, "the section search is missing");
        experts = new DistillationConfig(base, output, contextTokens, data, experts).experts();
        for (Map.Entry<String, Grid> grid : search.grids().entrySet()) {
            String stage = grid.getKey();
            require(experts.containsKey(stage), "search.grids has " + stage + ", the section experts has only " + experts.keySet());
            Path from = experts.get(stage).from();
            require(from == null || grid.getValue().rank() == null && grid.getValue().targets() == null, "search.grids." + stage
                    + " has a rank or targets, but all candidates go on from the expert " + from + ", which has its own: leave them null, or set from: null");
            for (Candidate candidate : candidates(stage, experts.get(stage), grid.getValue())) {
                TrainingSettings training = candidate.expert().training();
                require(search.budgetSteps() % training.validateEverySteps() == 0, "search.budgetSteps is " + search.budgetSteps()
                        + ", expected a multiple of validateEverySteps of " + stage + ", " + training.validateEverySteps()
                        + ", because candidates are compared by the validation at the end of a round");
            }
        }
    }

    /** @throws IllegalArgumentException with one sentence that names the file and what is wrong in it */
    public static SearchConfig read(Path file) {
        return ConfigurationFile.read(file, SearchConfig.class);
    }

    /** Without the grid. */
    public DistillationConfig distillation() {
        return new DistillationConfig(base, output, contextTokens, data, experts);
    }

    /** All candidates of a stage, the first settings of the grid varying slowest. */
    public List<Candidate> candidates(String stage) {
        return candidates(stage, experts.get(stage), search.grids().get(stage));
    }

    private static List<Candidate> candidates(String stage, Expert expert, Grid grid) {
        List<Candidate> all = List.of(new Candidate(stage, "", expert));
        all = vary(all, "learningRate", grid.learningRate(), (one, rate) -> one.with(training(one.training(), rate, one.training().batchExamples())));
        all = vary(all, "rank", grid.rank(), (one, rank) -> one.with(
                new Lora(rank, one.lora().alpha() / one.lora().rank() * rank, one.lora().dropout(), one.lora().targets())));
        all = vary(all, "dropout", grid.dropout(), (one, dropout) -> one.with(
                new Lora(one.lora().rank(), one.lora().alpha(), dropout, one.lora().targets())));
        all = vary(all, "targets", grid.targets(), (one, targets) -> one.with(
                new Lora(one.lora().rank(), one.lora().alpha(), one.lora().dropout(), targets)));
        return vary(all, "batchExamples", grid.batchExamples(), (one, batch) -> one.with(training(one.training(), one.training().learningRate(), batch)));
    }

    private static <T> List<Candidate> vary(List<Candidate> candidates, String name, List<T> values, BiFunction<Expert, T, Expert> with) {
        if (values == null) {
            return candidates;
        }
        List<Candidate> varied = new ArrayList<>();
        for (Candidate candidate : candidates) {
            for (T value : values) {
                String shown = value instanceof List<?> names ? String.join("+", names.stream().map(Object::toString).toList()) : value.toString();
                String label = (candidate.label().isEmpty() ? "" : candidate.label() + ", ") + name + " " + shown;
                varied.add(new Candidate(candidate.stage(), label, with.apply(candidate.expert(), value)));
            }
        }
        return varied;
    }

    private static TrainingSettings training(TrainingSettings t, double learningRate, int batchExamples) {
        return new TrainingSettings(learningRate, t.schedule(), t.warmupShare(), t.weightDecay(), t.clipNorm(), batchExamples, t.microBatchTokens(), t.epochs(),
                t.maxSteps(), t.validateEverySteps(), t.validationExamples(), t.patience(), t.checkpointSeconds(), t.seed(), t.precision());
    }

    private static void require(boolean held, String otherwise) {
        if (!held) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
