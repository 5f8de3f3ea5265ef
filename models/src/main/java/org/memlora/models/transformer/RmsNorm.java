package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/** x / rms(x) * weight, in float32 whatever x is. */
final class RmsNorm {
    private static final int[] LAST = {1};

    private final NDArray weight;
    private final double epsilon;

    /** @param weight [C] float32 */
    RmsNorm(NDArray weight, double epsilon) {
        this.weight = weight;
        this.epsilon = epsilon;
    }

    /** [N, C] to [N, C] */
    NDArray forward(NDArray input) {
        NDArray x = input.toType(DataType.FLOAT32, false);
        NDArray rms = x.square().mean(LAST, true).add(epsilon).sqrt();
        return x.div(rms).mul(weight).toType(input.getDataType(), false);
    }
}
