package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.core.Linear;

/** A linear layer that is not trained: [N, in] to [N, out], differentiable with respect to its input. */
@FunctionalInterface
interface FrozenLinear {
    NDArray forward(NDArray x);

    /** @param weight [out, in] @param bias [out] or null */
    static FrozenLinear of(NDArray weight, NDArray bias) {
        return x -> Linear.linear(x, weight, bias).singletonOrThrow();
    }
}
