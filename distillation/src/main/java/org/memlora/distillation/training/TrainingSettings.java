package org.memlora.distillation.training;

import org.memlora.models.transformer.Precision;

/**
 * How one expert is trained. Names are those of the run configuration.
 *
 * @param learningRate peak of the schedule
 * @param schedule what follows the warm-up
 * @param warmupShare share of all steps with a rising rate, 0 .. 1
 * @param weightDecay AdamW's, decoupled from the gradient
 * @param clipNorm longest gradient over all parameters together; 0 = no limit
 * @param batchExamples examples per optimizer step; the loss is the mean over all their completion tokens
 * @param microBatchTokens most tokens of one forward and backward pass (a longer group of examples runs alone): bounds memory
 * @param epochs passes over the training set
 * @param maxSteps most optimizer steps; 0 = as many as the epochs take
 * @param validateEverySteps optimizer steps between two validations
 * @param validationExamples most examples of a validation, the first ones of the set
 * @param patience validations in a row without a better loss that end the training; 0 = never
 * @param checkpointSeconds wall time between two checkpoints
 * @param seed of the first weights, the order of examples and dropout
 * @param precision of the products with the base's weights
 */
public record TrainingSettings(double learningRate, Schedule schedule, double warmupShare, double weightDecay, double clipNorm,
        int batchExamples, int microBatchTokens, int epochs, int maxSteps, int validateEverySteps, int validationExamples,
        int patience, int checkpointSeconds, long seed, Precision precision) {

    /** The learning rate after the warm-up: as it is, or falling to 0 at the last step. */
    public enum Schedule {
        CONSTANT, LINEAR, COSINE;

        /** @param peak where the warm-up ends @param step 0 .. steps - 1 */
        public double rate(double peak, double warmupShare, int step, int steps) {
            int warmup = (int) Math.round(warmupShare * steps);
            if (step < warmup) {
                return peak * (step + 1) / warmup;
            }
            double done = steps == warmup ? 0 : (double) (step - warmup) / (steps - warmup);
            return peak * switch (this) {
                case CONSTANT -> 1;
                case LINEAR -> 1 - done;
                case COSINE -> (1 + Math.cos(Math.PI * done)) / 2;
            };
        }
    }

    public TrainingSettings {
        requireMost("learningRate", learningRate, 1);
        requireMost("warmupShare", warmupShare, 1);
        requireMost("weightDecay", weightDecay, 1);
        requireMost("clipNorm", clipNorm, Double.MAX_VALUE);
        requireLeast("batchExamples", batchExamples, 1);
        requireLeast("microBatchTokens", microBatchTokens, 1);
        requireLeast("epochs", epochs, 1);
        requireLeast("maxSteps", maxSteps, 0);
        requireLeast("validateEverySteps", validateEverySteps, 1);
        requireLeast("validationExamples", validationExamples, 1);
        requireLeast("patience", patience, 0);
        requireLeast("checkpointSeconds", checkpointSeconds, 1);
        if (precision == null) {
            throw new IllegalArgumentException("precision is missing, expected float32 or bfloat16");
        }
        if (schedule == null) {
            throw new IllegalArgumentException("schedule is missing, expected constant, linear or cosine");
        }
    }

    /** Optimizer steps for so many examples. */
    public int steps(int examples) {
        int whole = epochs * BatchPlan.stepsPerEpoch(batchExamples, examples);
        return maxSteps == 0 ? whole : Math.min(maxSteps, whole);
    }

    /** @param step 0 .. steps - 1 */
    double learningRate(int step, int steps) {
        return schedule.rate(learningRate, warmupShare, step, steps);
    }

    private static void requireMost(String name, double value, double most) {
        if (!(value >= 0 && value <= most)) {
            throw new IllegalArgumentException(name + " is " + value + ", expected 0 to " + most);
        }
    }

    private static void requireLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + ", expected at least " + least);
        }
    }
}
