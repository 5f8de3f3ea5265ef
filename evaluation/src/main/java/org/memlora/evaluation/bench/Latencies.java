package org.memlora.evaluation.bench;

import java.util.Arrays;

/** Times of single pieces of work. Threading: may be called by all threads. */
final class Latencies {

    private static final double NANOS_PER_MILLI = 1e6;

    private double[] millis = new double[64];
    private int count;

    synchronized void add(long nanos) {
        if (count == millis.length) {
            millis = Arrays.copyOf(millis, 2 * count);
        }
        millis[count++] = nanos / NANOS_PER_MILLI;
    }

    /** The smallest time that a share {@code part} of all times doesn't exceed; NaN without times. */
    synchronized double percentile(double part) {
        if (count == 0) {
            return Double.NaN;
        }
        double[] sorted = Arrays.copyOf(millis, count);
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) Math.ceil(part * count) - 1)];
    }
}
