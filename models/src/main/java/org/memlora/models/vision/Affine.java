package org.memlora.models.vision;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.core.Linear;

/**
 * x W' + bias.
 *
 * @param weight [out, in]
 * @param bias [out] or null
 */
record Affine(NDArray weight, NDArray bias) {

    /** [N, in] to [N, out] */
    NDArray forward(NDArray x) {
        return Linear.linear(x, weight, bias).singletonOrThrow();
    }
}
