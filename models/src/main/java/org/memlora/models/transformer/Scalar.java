package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * Products with a number that autograd may keep. {@code NDArray.mul(Number)} and {@code div(Number)} put the number into Java memory
 * and let go of it at once, while the backward pass still reads it there: after a garbage collection in between, gradients are wrong.
 */
public final class Scalar {
    private Scalar() { }

    public static NDArray times(NDArray x, double factor) {
        return x.mul(x.getManager().full(new Shape(), (float) factor, x.getDataType()));
    }
}
