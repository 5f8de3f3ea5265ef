package org.memlora.evaluation.metrics;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Percentile bootstrap of a mean (Efron, 1979): the questions are drawn anew, with replacement. */
public final class Bootstrap {

    private static final int RESAMPLES = 2_000;
    private static final double TAIL = 0.025;

    private final long seed;

    public Bootstrap(long seed) {
        this.seed = seed;
    }

    /** [low, high] of the middle 95 % of the means; the same for the same values. NaN without values. */
    public double[] interval95(double[] values) {
        if (values.length == 0) {
            return new double[] {Double.NaN, Double.NaN};
        }
        SplittableRandom random = new SplittableRandom(seed);
        double[] means = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            double sum = 0;
            for (int draw = 0; draw < values.length; draw++) {
                sum += values[random.nextInt(values.length)];
            }
            means[i] = sum / values.length;
        }
        Arrays.sort(means);
        return new double[] {means[(int) (TAIL * RESAMPLES)], means[RESAMPLES - 1 - (int) (TAIL * RESAMPLES)]};
    }
}
