package org.memlora.distillation.sight;

/**
 * How the eyes are taught. Names are those of the run configuration.
 *
 * @param trunkBlocks blocks of the pretrained encoder that stay as they are, 1 .. 10
 * @param width of a token
 * @param pictures rendered for training, each seen once
 * @param batchPictures of an optimizer step
 * @param learningRate peak; it falls along a cosine to 0
 * @param warmupShare share of all steps with a rising rate
 * @param clipNorm longest gradient; 0 = no limit
 * @param mixingPictures more pictures, kept as the trained blocks see them, for the attention between objects and the attributes alone: these are
 *     small beside the blocks, and need to see more
 * @param mixingEpochs passes over them
 * @param validationPictures of a validation
 * @param validateEverySteps optimizer steps between two validations
 * @param checkpointSeconds wall time between two checkpoints
 * @param seed of fresh weights
 */
public record SightSettings(int trunkBlocks, int width, int mixingLayers, int heads, int projectorWidth, int pictures, int batchPictures,
        double learningRate, double warmupShare, double weightDecay, double clipNorm, int mixingPictures, int mixingEpochs,
        int validationPictures, int validateEverySteps, int checkpointSeconds,
        long seed) {

    public SightSettings {
        for (int value : new int[] {pictures, batchPictures, validationPictures, validateEverySteps, checkpointSeconds}) {
            if (value < 1) {
                throw new IllegalArgumentException("one of pictures, batchPictures, validationPictures, validateEverySteps and checkpointSeconds is " + value
                        + ", expected at least 1");
            }
        }
        for (double value : new double[] {learningRate, warmupShare, weightDecay}) {
            if (!(value >= 0 && value <= 1)) {
                throw new IllegalArgumentException("one of learningRate, warmupShare and weightDecay is " + value + ", expected 0 to 1");
            }
        }
    }

    int steps() {
        return (pictures + batchPictures - 1) / batchPictures;
    }
}
