package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.core.Linear;

/** A linear layer that is not trained: [N, in] to [N, out], differentiable with respect to its input. */
@FunctionalInterface
interface FrozenLinear {
    NDArray forward(NDArray x);

    /**
     * The layer and what an expert adds: x W' + bias + ((x A') * mask) B'; differentiable with respect to A and B, too.
     *
     * @param a [R, in] @param b [out, R] @param mask [N, R]
     */
    default NDArray forward(NDArray x, NDArray a, NDArray b, NDArray mask) {
        return forward(x).add(delta(x, a, b, mask));
    }

    /** ((x A') * mask) B' */
    static NDArray delta(NDArray x, NDArray a, NDArray b, NDArray mask) {
        return Linear.linear(Linear.linear(x, a).singletonOrThrow().mul(mask), b).singletonOrThrow();
    }
}
