package org.memlora.distillation.training;

/**
 * Adam with decoupled weight decay on heap arrays, in PyTorch's order of operations. Low-rank weights are a few million
 * values, so a step costs milliseconds beside seconds of forward and backward; and all state is at hand for checkpoints.
 */
public final class AdamW {
    static final double BETA1 = 0.9;
    static final double BETA2 = 0.999;
    static final double EPSILON = 1e-8;

    private AdamW() { }

    /**
     * One step, in place.
     *
     * @param step 1 for the first
     */
    public static void step(float[] values, float[] gradient, float[] first, float[] second, int step, double rate, double decay) {
        float keep = (float) (1 - rate * decay);
        float stepSize = (float) (rate / (1 - Math.pow(BETA1, step)));
        float rootCorrection = (float) Math.sqrt(1 - Math.pow(BETA2, step));
        float beta1Rest = (float) (1 - BETA1);
        float beta2 = (float) BETA2;
        float beta2Rest = (float) (1 - BETA2);
        for (int i = 0; i < values.length; i++) {
            float g = gradient[i];
            first[i] += (g - first[i]) * beta1Rest;
            second[i] = second[i] * beta2 + g * g * beta2Rest;
            float denominator = (float) Math.sqrt(second[i]) / rootCorrection + (float) EPSILON;
            values[i] = values[i] * keep - stepSize * (first[i] / denominator);
        }
    }
}
