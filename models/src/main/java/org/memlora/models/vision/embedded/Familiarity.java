package org.memlora.models.vision.embedded;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.memlora.models.safetensors.SafetensorsType;
import org.memlora.models.safetensors.SafetensorsWriter;
import org.memlora.models.weights.WeightSource;

/**
 * Whether a picture looks like those that the eyes were taught on: the Mahalanobis distance of its style, which is mean and deviation of each
 * channel behind the frozen blocks. What is farther off than any of the pictures held out from teaching is something else, e.g. a photo, and
 * must not be told as objects of a scene.
 *
 * @param precision inverse covariance, row-major
 * @param limit the largest distance of a familiar picture
 */
public record Familiarity(float[] mean, float[] precision, float limit) {
    private static final String MEAN = "familiar.mean";
    private static final String PRECISION = "familiar.precision";
    private static final String LIMIT = "familiar.limit";
    /** Of the mean variance: added to each, so that a channel that hardly varies doesn't decide alone. */
    private static final double RIDGE = 1e-3;
    /** Held-out pictures are a sample: some more of their kind are a little farther off. */
    private static final double SLACK = 1.25;

    /** @param taught styles of pictures that the eyes were taught on @param heldOut of others of their kind */
    public static Familiarity fit(List<float[]> taught, List<float[]> heldOut) {
        int size = taught.get(0).length;
        if (taught.size() < 2 || heldOut.isEmpty()) {
            throw new IllegalArgumentException(taught.size() + " styles and " + heldOut.size() + " held-out ones, expected at least 2 and 1");
        }
        double[] mean = new double[size];
        taught.forEach(style -> {
            for (int i = 0; i < size; i++) {
                mean[i] += style[i] / taught.size();
            }
        });
        double[][] covariance = new double[size][size];
        for (float[] style : taught) {
            for (int i = 0; i < size; i++) {
                for (int j = 0; j < size; j++) {
                    covariance[i][j] += (style[i] - mean[i]) * (style[j] - mean[j]) / (taught.size() - 1);
                }
            }
        }
        double variance = 0;
        for (int i = 0; i < size; i++) {
            variance += covariance[i][i] / size;
        }
        for (int i = 0; i < size; i++) {
            covariance[i][i] += RIDGE * variance;
        }
        float[] center = new float[size];
        for (int i = 0; i < size; i++) {
            center[i] = (float) mean[i];
        }
        Familiarity found = new Familiarity(center, inverse(covariance), 0);
        double most = heldOut.stream().mapToDouble(found::distance).max().orElseThrow();
        return new Familiarity(found.mean, found.precision, (float) (most * SLACK));
    }

    /** By Gauss and Jordan; the matrix is symmetric and positive, so no pivots are needed. */
    private static float[] inverse(double[][] matrix) {
        int size = matrix.length;
        double[][] inverse = new double[size][size];
        for (int i = 0; i < size; i++) {
            inverse[i][i] = 1;
        }
        for (int column = 0; column < size; column++) {
            double pivot = matrix[column][column];
            for (int j = 0; j < size; j++) {
                matrix[column][j] /= pivot;
                inverse[column][j] /= pivot;
            }
            for (int row = 0; row < size; row++) {
                double factor = matrix[row][column];
                for (int j = 0; row != column && j < size; j++) {
                    matrix[row][j] -= factor * matrix[column][j];
                    inverse[row][j] -= factor * inverse[column][j];
                }
            }
        }
        float[] values = new float[size * size];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) inverse[i / size][i % size];
        }
        return values;
    }

    public double distance(float[] style) {
        double sum = 0;
        for (int i = 0; i < mean.length; i++) {
            for (int j = 0; j < mean.length; j++) {
                sum += (double) (style[i] - mean[i]) * precision[i * mean.length + j] * (style[j] - mean[j]);
            }
        }
        return Math.sqrt(Math.max(0, sum));
    }

    public boolean knows(float[] style) {
        return distance(style) <= limit;
    }

    /** Of the first of the pictures [B, C, H, W]: means of the channels, then their deviations. */
    static float[] style(NDArray trunk, int picture) {
        long channels = trunk.getShape().get(1);
        float[] values = trunk.get(picture).toFloatArray();
        int area = (int) (values.length / channels);
        float[] style = new float[(int) (2 * channels)];
        for (int channel = 0; channel < channels; channel++) {
            double sum = 0;
            double squares = 0;
            for (int i = channel * area; i < (channel + 1) * area; i++) {
                sum += values[i];
                squares += (double) values[i] * values[i];
            }
            style[channel] = (float) (sum / area);
            style[(int) (channels + channel)] = (float) Math.sqrt(Math.max(0, squares / area - sum / area * (sum / area)));
        }
        return style;
    }

    static boolean isIn(WeightSource source) {
        return source.contains(MEAN) && source.contains(PRECISION) && source.contains(LIMIT);
    }

    static Familiarity read(WeightSource source) {
        return new Familiarity(source.read(MEAN), source.read(PRECISION), source.read(LIMIT)[0]);
    }

    public void add(SafetensorsWriter writer) {
        writer.add(MEAN, SafetensorsType.F32, new long[] {mean.length}, mean);
        writer.add(PRECISION, SafetensorsType.F32, new long[] {mean.length, mean.length}, precision);
        writer.add(LIMIT, SafetensorsType.F32, new long[] {1}, new float[] {limit});
    }
}
