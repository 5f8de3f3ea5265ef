package org.memlora.distillation.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.memlora.models.NativeCalls;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.transformer.TrainableTransformer;
import org.memlora.models.transformer.TrainableTransformer.Row;

/**
 * Trains the expert of a {@link TrainableTransformer} on completions. The same seed, data and machine give the same weights,
 * also when the run is interrupted and resumed from its checkpoint. Threading: one thread.
 */
public final class LoraTrainer {
    private final TrainableTransformer model;
    private final List<Row> validation;
    private final TrainingSettings settings;
    private final Checkpoint checkpoint;
    private final TrainingListener listener;
    private final BatchPlan plan;
    private final int steps;
    private final TrainerState state;

    /**
     * What came out.
     *
     * @param best the expert with the lowest validation loss
     * @param bestInput values of the trained input's parameters with it; empty where there is none
     * @param baseLoss validation loss before the first step: the bare base with the expert's prompt
     * @param seconds time in steps, validations left out, all parts of a resumed run together
     */
    public record Outcome(LoraAdapter best, List<float[]> bestInput, double baseLoss, double bestLoss, int bestStep, int steps, long tokens, double seconds,
            List<LossPoint> curve) {

        /** The same run with other weights as what comes out; the losses stay those of the trained ones. */
        public Outcome withBest(LoraAdapter other) {
            return new Outcome(other, bestInput, baseLoss, bestLoss, bestStep, steps, tokens, seconds, curve);
        }
    }

    /**
     * @param folder for the checkpoint; one of the same run there is resumed
     * @throws IllegalArgumentException if the folder holds the checkpoint of another run
     */
    public LoraTrainer(TrainableTransformer model, List<Row> training, List<Row> validation, TrainingSettings settings, Path folder,
            TrainingListener listener) {
        if (training.isEmpty() || validation.isEmpty()) {
            throw new IllegalArgumentException(training.size() + " training and " + validation.size()
                    + " validation examples, expected at least 1 of each");
        }
        this.model = model;
        this.validation = validation.subList(0, Math.min(validation.size(), settings.validationExamples()));
        this.settings = settings;
        this.listener = listener;
        plan = new BatchPlan(training, settings);
        steps = settings.steps(training.size());
        checkpoint = new Checkpoint(folder.resolve(Checkpoint.FILE), Checkpoint.identity(model.adapter(), training, validation, settings));
        state = TrainerState.of(model);
        if (Files.exists(folder.resolve(Checkpoint.FILE))) {
            checkpoint.read(state);
            state.write(model, state.values);
        }
    }

    /** Of a run: differs where settings, data or what it begins with differ. Safe as a file name. */
    public static String identity(LoraAdapter beginning, List<Row> training, List<Row> validation, TrainingSettings settings) {
        return Checkpoint.identity(beginning, training, validation, settings);
    }

    /** Optimizer steps done so far, more than 0 after a resumption. */
    public int stepsDone() {
        return state.step;
    }

    /** To the end, or to {@code lastStep} if that comes earlier; a checkpoint is left there. */
    public Outcome train(int lastStep) {
        if (state.curve.isEmpty()) {
            validate(Double.NaN);
        }
        long saved = System.nanoTime();
        long tokensBefore = state.tokens;
        double secondsBefore = state.seconds;
        while (state.step < Math.min(steps, lastStep) && !patienceEnded()) {
            double loss = step();
            listener.stepped(state.step, steps, loss, (state.tokens - tokensBefore) / (state.seconds - secondsBefore));
            if (state.step % settings.validateEverySteps() == 0 || state.step == steps) {
                validate(loss);
            } else {
                state.curve.add(new LossPoint(state.step, loss, Double.NaN));
            }
            if (System.nanoTime() - saved > settings.checkpointSeconds() * 1_000_000_000L) {
                checkpoint.write(state);
                saved = System.nanoTime();
            }
        }
        checkpoint.write(state);
        state.write(model, state.best);
        LoraAdapter best = model.adapter();
        state.write(model, state.values);
        return new Outcome(best, List.copyOf(state.best.subList(2 * model.parameters().size(), state.best.size())), state.curve.get(0).validation(), state.bestLoss, state.bestStep, state.step, state.tokens, state.seconds,
                List.copyOf(state.curve));
    }

    /** To the end. */
    public Outcome train() {
        return train(Integer.MAX_VALUE);
    }

    private boolean patienceEnded() {
        return settings.patience() > 0 && state.validationsWithoutGain >= settings.patience();
    }

    /** The loss of the step's examples. */
    private double step() {
        long start = System.nanoTime();
        List<Row> rows = plan.step(state.step);
        int completionTokens = rows.stream().mapToInt(Row::completionTokens).sum();
        double dropout = model.adapterConfig().dropout();
        double sum = 0;
        List<List<Row>> microBatches = BatchPlan.microBatches(rows, settings.microBatchTokens());
        for (int i = 0; i < microBatches.size(); i++) {
            long seed = (settings.seed() * 1_000_003 + state.step) * 1_009 + i;
            List<Row> microBatch = microBatches.get(i);
            sum += NativeCalls.call(() -> CompletionLoss.backward(model, microBatch, 1.0 / completionTokens, dropout, seed));
        }
        double loss = sum / completionTokens;
        if (!Double.isFinite(loss)) {
            throw new DivergedException("the loss is " + loss + " at step " + state.step + ": lower the learning rate (it is "
                    + settings.learningRate() + ") and start again in an empty folder.", state.step, state.tokens, state.seconds);
        }
        NativeCalls.run(() -> update(Gradients.take(model)));
        state.step++;
        state.tokens += rows.stream().mapToInt(row -> row.tokens().length).sum();
        state.seconds += (System.nanoTime() - start) / 1e9;
        return loss;
    }

    private void update(List<float[]> gradients) {
        Gradients.clip(gradients, settings.clipNorm());
        double rate = settings.learningRate(state.step, steps);
        for (int i = 0; i < gradients.size(); i++) {
            AdamW.step(state.values.get(i), gradients.get(i), state.firstMoments.get(i), state.secondMoments.get(i), state.step + 1,
                    rate, settings.weightDecay());
        }
        state.write(model, state.values);
    }

    private void validate(double trainingLoss) {
        double sum = 0;
        for (List<Row> rows : BatchPlan.microBatches(validation, settings.microBatchTokens())) {
            sum += NativeCalls.call(() -> CompletionLoss.value(model, rows));
        }
        double loss = sum / validation.stream().mapToInt(Row::completionTokens).sum();
        boolean best = loss < state.bestLoss;
        if (best) {
            state.bestLoss = loss;
            state.bestStep = state.step;
            state.best = new ArrayList<>(state.values.stream().map(float[]::clone).toList());
        }
        state.validationsWithoutGain = best ? 0 : state.validationsWithoutGain + 1;
        state.curve.add(new LossPoint(state.step, trainingLoss, loss));
        listener.validated(state.step, loss, best);
    }
}
