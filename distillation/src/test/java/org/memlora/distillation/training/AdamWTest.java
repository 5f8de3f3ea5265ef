package org.memlora.distillation.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class AdamWTest {
    private static final Offset<Float> CLOSE = Offset.offset(1e-6f);

    /** By hand: the first step moves by the rate whatever the gradient's size, after the decay of rate * decay * value. */
    @Test
    void theFirstTwoStepsFollowTheFormula() {
        float[] values = {1, -2};
        float[] first = new float[2];
        float[] second = new float[2];
        AdamW.step(values, new float[] {0.5f, -0.001f}, first, second, 1, 0.01, 0.05);
        assertThat(values[0]).isCloseTo(1 - 0.0005f - 0.01f, CLOSE);
        assertThat(values[1]).isCloseTo(-2 + 0.001f + 0.01f, Offset.offset(1e-5f));
        AdamW.step(values, new float[] {-0.5f, -0.001f}, first, second, 2, 0.01, 0.05);
        // m = 0.9 * 0.05 - 0.05 = -0.005, over 1 - 0.81; v = 0.999 * 0.00025 + 0.00025, over 1 - 0.998001
        float moved = 0.01f * (-0.005f / 0.19f) / (float) Math.sqrt(0.00049975 / 0.001999);
        assertThat(values[0]).isCloseTo(0.9895f * (1 - 0.0005f) - moved, CLOSE);
    }
}
