package org.memlora.models.vision;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.LayerNorm;

/** Mean 0 and variance 1 along the last axis, then weight and bias, both of {@code shape}. */
record LayerNormalisation(NDArray weight, NDArray bias, Shape shape, float epsilon) {

    /** [N, C] to [N, C] */
    NDArray forward(NDArray x) {
        return LayerNorm.layerNorm(x, shape, weight, bias, epsilon).singletonOrThrow();
    }
}
