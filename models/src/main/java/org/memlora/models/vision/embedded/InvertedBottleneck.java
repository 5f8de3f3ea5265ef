package org.memlora.models.vision.embedded;

import ai.djl.ndarray.NDArray;

/**
 * A block of EfficientNet-lite: more channels, a convolution of each by itself, fewer channels; added to its input where the shapes are the same.
 *
 * @param expand null where the block does not widen
 */
record InvertedBottleneck(Convolution expand, Convolution depthwise, Convolution project, boolean residual) {

    NDArray forward(NDArray x) {
        NDArray wide = expand == null ? x : expand.active(x);
        NDArray narrow = project.forward(depthwise.active(wide));
        return residual ? narrow.add(x) : narrow;
    }
}
