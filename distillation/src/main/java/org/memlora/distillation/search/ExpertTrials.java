package org.memlora.distillation.search;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.memlora.distillation.StageTraining;
import org.memlora.distillation.WholeFile;
import org.memlora.distillation.training.DivergedException;
import org.memlora.distillation.training.LossPoint;
import org.memlora.distillation.training.LoraTrainer;

/**
 * Candidates trained on a base. Each has a folder named by its identity: the checkpoint, {@code trial-<steps>.json} for each budget reached,
 * and after the last step the expert. A budget that has its file is not trained again, by no search in the same output folder.
 */
public final class ExpertTrials implements InnerLoop {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path output;
    private final String command;
    private final Function<String, StageTraining> stages;
    private final Map<String, StageTraining> opened = new HashMap<>();

    /**
     * @param command as it was given, for the experts' cards
     * @param stages the data of a stage by its name; asked once
     */
    public ExpertTrials(Path output, String command, Function<String, StageTraining> stages) {
        this.output = output;
        this.command = command;
        this.stages = stages;
    }

    /** Holds the expert once the candidate is trained to the end. */
    public Path folder(String stage, String identity) {
        return output.resolve(stage).resolve(identity);
    }

    @Override
    public int fullSteps(Candidate candidate) {
        return stage(candidate).steps(candidate.expert());
    }

    @Override
    public Trial train(Candidate candidate, int budget) {
        String identity = stage(candidate).identity(candidate.expert());
        Path folder = folder(candidate.stage(), identity);
        Path file = folder.resolve("trial-" + budget + ".json");
        if (Files.exists(file)) {
            return read(file);
        }
        Trial trial;
        try {
            LoraTrainer.Outcome outcome = stage(candidate).train(candidate.expert(), folder, budget);
            trial = trial(identity, outcome, budget);
            if (budget >= fullSteps(candidate)) {
                stage(candidate).write(folder, command, candidate.expert(), outcome);
            }
        } catch (DivergedException e) {
            trial = new Trial(identity, e.steps(), null, 0, null, e.tokens(), e.seconds());
        }
        WholeFile.write(file, JSON.valueToTree(trial).toPrettyString());
        return trial;
    }

    /* A checkpoint may stand behind the budget, where an earlier search had larger rounds: what counts is the curve up to the budget,
       and the shares of the costs. */
    private static Trial trial(String identity, LoraTrainer.Outcome outcome, int budget) {
        List<LossPoint> curve = outcome.curve().stream().filter(point -> point.step() <= budget).toList();
        LossPoint best = curve.stream().filter(point -> Double.isFinite(point.validation()))
                .reduce((a, b) -> b.validation() < a.validation() ? b : a).orElse(new LossPoint(0, Double.NaN, Double.NaN));
        int steps = Math.min(budget, outcome.steps());
        double share = outcome.steps() == 0 ? 0 : (double) steps / outcome.steps();
        Double loss = Double.isFinite(best.validation()) ? best.validation() : null;
        return new Trial(identity, steps, loss, best.step(), outcome.baseLoss(), Math.round(outcome.tokens() * share), outcome.seconds() * share);
    }

    private StageTraining stage(Candidate candidate) {
        return opened.computeIfAbsent(candidate.stage(), stages);
    }

    private static Trial read(Path file) {
        try {
            return JSON.readValue(file.toFile(), Trial.class);
        } catch (IOException e) {
            throw new UncheckedIOException("The trial " + file + " can't be read: delete it, its checkpoint stands beside it.", e);
        }
    }
}
