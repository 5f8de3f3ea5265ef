package org.memlora.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.memlora.distillation.ConfigurationFile;
import org.memlora.distillation.DistillationConfig;
import org.memlora.distillation.DistillationConfig.Expert;
import org.memlora.distillation.DistillationRun;
import org.memlora.distillation.StageTraining;
import org.memlora.distillation.TrainingSets;
import org.memlora.distillation.WholeFile;
import org.memlora.distillation.examples.ExampleFile;
import org.memlora.distillation.examples.TrainingExample;
import org.memlora.distillation.search.CarriedConfig;
import org.memlora.distillation.search.ExpertSearch;
import org.memlora.distillation.search.ExpertTrials;
import org.memlora.distillation.search.OuterLoop;
import org.memlora.distillation.search.SearchConfig;
import org.memlora.distillation.search.SearchMethod;
import org.memlora.models.LanguageModels;
import org.memlora.models.LanguageModels.Compute;
import org.memlora.models.OpenedBase;
import org.memlora.models.embedding.MiniLmEmbedder;
import org.memlora.topology.demo.WorkProgress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "search", mixinStandardHelpOptions = true, description = {"Nested validation: finds the settings that train the best experts, per stage by"
        + " validation loss, then the best combination of experts by the whole pipeline's token F1 on the validation conversations.",
    "Writes search.json to the configuration's output folder. A search that was interrupted goes on where it was."})
final class SearchCommand implements Callable<Integer> {

    /** The methods that are run and compared. */
    enum Method { HALVING, EXHAUSTIVE, BOTH }

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "YAML or JSON, e.g. distillation/configurations/search-smollm2-135m-instruct.yaml.")
    private Path config;

    @Option(names = "--method", paramLabel = "halving|exhaustive|both", defaultValue = "halving", description = "halving: all configurations get a few steps, the better"
            + " half goes on to twice as many; exhaustive: all are trained to the end. Default: ${DEFAULT-VALUE}.")
    private Method method;

    @Option(names = "--inner-only", description = "Without the pipeline.")
    private boolean innerOnly;

    @Option(names = "--limit-turns", paramLabel = "N", description = "Pipeline: the first N turns of each conversation, and the questions about them only.")
    private Integer turns;

    @Option(names = "--limit-questions", paramLabel = "N", description = "Pipeline: N questions of each conversation, evenly from all.")
    private Integer questions;

    @Option(names = "--carry-to", paramLabel = "FILE", description = "Configuration of a bigger base: printed and written with the settings that were found.")
    private Path carryTo;

    @Option(names = "--device", description = "auto, cpu or gpu. Default: ${DEFAULT-VALUE}.", defaultValue = "auto")
    private Compute device;

    @Override
    public Integer call() throws InterruptedException {
        if (turns != null && turns < 1 || questions != null && questions < 1) {
            throw new UserError("--limit-turns and --limit-questions must be at least 1.");
        }
        SearchConfig search = read(config, SearchConfig.class);
        Optional<DistillationConfig> bigger = Optional.ofNullable(carryTo).map(file -> read(file, DistillationConfig.class));
        bigger.ifPresent(other -> requireExperts(search, other));
        DistillationConfig settings = search.distillation();
        List<String> stages = ExpertSearch.stages(search);
        Optional<PipelineScores> pipeline = innerOnly ? Optional.empty()
                : Optional.of(PipelineScores.of(settings, device, turns, questions, ProjectCommit.exactly()));
        OpenedBase base;
        try (WorkProgress progress = new WorkProgress(System.err)) {
            base = OpenedBase.open(settings.base(), progress.downloads());
        }
        try {
            new DistillationRun(settings, base, LanguageModels.device(device), System.out).requireBeginnings(stages);
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
        try (MiniLmEmbedder embedder = new MiniLmEmbedder()) {
            TrainingSets sets = new TrainingSets(settings.data(), embedder, System.out);
            stages.forEach(sets::build);
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
        ExpertTrials trials = new ExpertTrials(settings.output(), "memlora search --config " + config, stage -> new StageTraining(settings, base,
                LanguageModels.device(device), System.out, stage, set(settings, "train", stage), set(settings, "validation", stage)));
        Optional<OuterLoop> outer = pipeline.map(scores -> new OuterLoop(settings.output().resolve("combinations"), scores.measure(), trials::folder, scores::open, System.out));
        try {
            Map<String, Expert> best = new ExpertSearch(search, trials, outer, System.out).run(methods());
            bigger.ifPresent(other -> carry(best, other, settings.output()));
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
        return 0;
    }

    private static List<TrainingExample> set(DistillationConfig settings, String set, String stage) {
        return ExampleFile.read(DistillationRun.setFile(settings.data().folder(), set, stage));
    }

    private Set<SearchMethod> methods() {
        return method == Method.BOTH ? EnumSet.allOf(SearchMethod.class) : EnumSet.of(SearchMethod.valueOf(method.name()));
    }

    private void requireExperts(SearchConfig search, DistillationConfig bigger) {
        for (String stage : search.search().grids().keySet()) {
            if (!bigger.experts().containsKey(stage)) {
                throw new UserError("The configuration " + carryTo + " has no expert " + stage + ", which " + config + " searches: add it, or leave its grid out.");
            }
        }
    }

    private void carry(Map<String, Expert> best, DistillationConfig bigger, Path folder) {
        String text = ConfigurationFile.text(CarriedConfig.carry(best, bigger));
        Path file = folder.resolve("carried-" + carryTo.getFileName().toString().replaceFirst("\\.json$", ".yaml"));
        WholeFile.write(file, text);
        System.out.print(text);
        System.out.println(file);
    }

    private static <T> T read(Path file, Class<T> type) {
        if (!Files.isRegularFile(file)) {
            throw new UserError("There is no configuration " + file + ".");
        }
        try {
            return ConfigurationFile.read(file, type);
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
    }
}
