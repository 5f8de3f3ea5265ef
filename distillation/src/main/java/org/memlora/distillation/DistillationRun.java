package org.memlora.distillation;

import ai.djl.Device;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.memlora.distillation.examples.ExampleFile;
import org.memlora.distillation.training.LoraTrainer;
import org.memlora.models.OpenedBase;

/** Trains the experts of a configuration, one after the other; a stage that was interrupted goes on where it was. */
public final class DistillationRun {
    private final DistillationConfig config;
    private final OpenedBase base;
    private final Device device;
    private final PrintStream out;

    public DistillationRun(DistillationConfig config, OpenedBase base, Device device, PrintStream out) {
        this.config = config;
        this.base = base;
        this.device = device;
        this.out = out;
    }

    /** Before hours are spent. @throws IllegalArgumentException if an expert to begin with can't be used */
    public void requireBeginnings(List<String> stages) {
        stages.forEach(stage -> Beginning.check(config, stage, base.config()).ifPresent(out::println));
    }

    /** File of a training set. */
    public static Path setFile(Path folder, String set, String stage) {
        return folder.resolve(set + "-" + stage + ".jsonl");
    }

    /**
     * @param command as it was given, for the card
     * @return what came out of the stage; the expert stands in the output folder
     */
    public LoraTrainer.Outcome train(String stage, String command) {
        DistillationConfig.Expert expert = config.expert(stage);
        StageTraining training = new StageTraining(config, base, device, out, stage, ExampleFile.read(setFile(config.data().folder(), "train", stage)),
                ExampleFile.read(setFile(config.data().folder(), "validation", stage)));
        Path folder = config.output().resolve(stage);
        LoraTrainer.Outcome outcome = training.train(expert, folder, Integer.MAX_VALUE);
        training.write(folder, command, expert, outcome);
        out.printf(Locale.ROOT, "%s: validation loss %.4f, %s %.4f; best after step %d of %d; %.0f tokens/s%n", stage, outcome.bestLoss(),
                expert.from() == null ? "bare base" : "before the first step", outcome.baseLoss(), outcome.bestStep(), outcome.steps(), outcome.tokens() / outcome.seconds());
        return outcome;
    }
}
