package org.memlora.models.vision.embedded;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;

/**
 * A convolution with its batch norm folded in. Where the stride leaves an odd number of zeros to add, the one more is added at the right and at
 * the bottom, as TensorFlow does, whose weights these are.
 *
 * @param weight [out, in / groups, k, k]
 * @param bias [out]
 */
record Convolution(NDArray weight, NDArray bias, int stride, int groups) {
    private static final float MOST = 6;

    /** [B, in, H, W] to [B, out, H / stride, W / stride] */
    NDArray forward(NDArray x) {
        long kernel = weight.getShape().get(2);
        long size = x.getShape().get(2);
        long zeros = Math.max(((size + stride - 1) / stride - 1) * stride + kernel - size, 0);
        long before = zeros / 2;
        boolean even = zeros % 2 == 0;
        NDArray padded = even ? x : x.pad(new Shape(before, zeros - before, before, zeros - before), 0);
        long each = even ? before : 0;
        return Conv2d.conv2d(padded, weight, bias, new Shape(stride, stride), new Shape(each, each), new Shape(1, 1), groups).singletonOrThrow();
    }

    /** The same, cut to 0 .. 6. With gradients the limit is an array, because autograd keeps it (see Scalar). */
    NDArray active(NDArray x) {
        NDArray convolved = forward(x);
        if (!weight.hasGradient()) {
            return convolved.clip(0, MOST);
        }
        NDArray y = Activation.relu(convolved);
        return y.minimum(y.getManager().full(new Shape(), MOST, y.getDataType()));
    }
}
