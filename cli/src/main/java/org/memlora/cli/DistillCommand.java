package org.memlora.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.memlora.distillation.CrossValidation;
import org.memlora.distillation.DistillationConfig;
import org.memlora.distillation.DistillationRun;
import org.memlora.distillation.TrainingSets;
import org.memlora.distillation.sight.VisionDistillation;
import org.memlora.distillation.sight.VisionTraining;
import org.memlora.models.LanguageModels;
import org.memlora.models.LanguageModels.Compute;
import org.memlora.models.OpenedBase;
import org.memlora.models.embedding.MiniLmEmbedder;
import org.memlora.operators.Stage;
import org.memlora.topology.demo.WorkProgress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "distill", mixinStandardHelpOptions = true, description = "Trains experts: a configuration of base, data and settings to"
        + " LoRA adapters. A run that was interrupted goes on where it was.")
final class DistillCommand implements Callable<Integer> {

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "YAML or JSON, e.g. one of distillation/configurations.")
    private Path config;

    @Option(names = "--stage", split = ",", paramLabel = "NAME", description = "Only these experts of the configuration.")
    private List<String> stages = List.of();

    @Option(names = "--only-data", description = "Build the training sets that are missing, train nothing.")
    private boolean onlyData;

    @Option(names = "--score", paramLabel = "N", defaultValue = "0", description = "Train nothing: the experts' answers to the first N validation"
            + " examples of each stage, scored beside the bare base's to the same prompts; written to scores.json and answers.jsonl of the stage.")
    private int score;

    @Option(names = "--folds", paramLabel = "N", defaultValue = "0", description = "Cross-validation: train and score one expert for each of N groups of"
            + " training conversations, on the other groups and on this one; written to folds-N of the stage's folder.")
    private int folds;

    @Option(names = "--device", description = "auto, cpu or gpu. Default: ${DEFAULT-VALUE}.", defaultValue = "auto")
    private Compute device;

    @Override
    public Integer call() {
        OptionRanges.requireLeast("--score", score, 0);
        if (folds == 1 || folds < 0 || folds > 0 && score > 0) {
            throw new UserError(folds > 0 && score > 0 ? "--folds and --score exclude each other." : "--folds is " + folds + ", expected at least 2.");
        }
        if (!Files.isRegularFile(config)) {
            throw new UserError("There is no configuration " + config + ".");
        }
        if (VisionDistillation.isOne(config)) {
            return vision();
        }
        DistillationConfig settings = read();
        List<String> chosen = stages.isEmpty() ? List.copyOf(settings.experts().keySet()) : stages;
        for (String stage : chosen) {
            if (!settings.experts().containsKey(stage)) {
                throw new UserError("The configuration " + config + " has no expert " + stage + ", it has " + settings.experts().keySet() + ".");
            }
            if (folds > 0 && settings.expert(stage).from() != null) {
                throw new UserError("The expert " + stage + " of " + config + " goes on from " + settings.expert(stage).from()
                        + ", which may have seen what a fold holds out: --folds needs from: null.");
            }
        }
        if (onlyData || score > 0) {
            build(settings, chosen);
            if (score > 0) {
                ExpertScores.write(settings, chosen, score, device);
            }
            return 0;
        }
        OpenedBase base;
        try (WorkProgress progress = new WorkProgress(System.err)) {
            base = OpenedBase.open(settings.base(), progress.downloads());
        }
        DistillationRun run = new DistillationRun(settings, base, LanguageModels.device(device), System.out);
        try {
            run.requireBeginnings(chosen);
            build(settings, chosen);
            if (folds > 0) {
                CrossValidation validation = new CrossValidation(settings, base, LanguageModels.device(device), System.out,
                        (stage, experts, examples) -> ExpertScores.ofExpert(settings, stage, experts, examples, device));
                chosen.forEach(stage -> validation.run(stage, folds));
            }
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
        if (folds == 0) {
            chosen.forEach(stage -> run.train(stage, "memlora distill --config " + config + " --stage " + stage));
        }
        return 0;
    }

    private void build(DistillationConfig settings, List<String> chosen) {
        try (MiniLmEmbedder embedder = new MiniLmEmbedder()) {
            TrainingSets sets = new TrainingSets(settings.data(), embedder, System.out);
            chosen.forEach(sets::build);
            if (folds > 0) {
                chosen.forEach(sets::buildFolds);
            }
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    /** Scenes are rendered while it runs, so there is nothing to build before. */
    private int vision() {
        if (onlyData || score > 0 || folds > 0 || !stages.isEmpty() && !stages.equals(List.of(Stage.VISION.expertName()))) {
            throw new UserError("The configuration " + config + " is one of the vision expert: --only-data, --score, --folds and other stages don't go with it.");
        }
        VisionDistillation settings;
        try {
            settings = VisionDistillation.read(config);
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
        OpenedBase base;
        try (WorkProgress progress = new WorkProgress(System.err)) {
            base = OpenedBase.open(settings.base(), progress.downloads());
        }
        new VisionTraining(settings, base, LanguageModels.device(device), System.out).train("memlora distill --config " + config);
        return 0;
    }

    private DistillationConfig read() {
        try {
            return DistillationConfig.read(config);
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
    }
}
