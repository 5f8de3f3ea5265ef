package org.memlora.models.vision.embedded;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import org.memlora.models.transformer.Scalar;

/**
 * Attention between the tokens of a picture, in both directions, and feed-forward: what an object is like is a matter of the others. A token's
 * shares are not made to sum to 1: how many are like it would be lost in a mean. Begins as nothing: tokens that say little yet would blur each other.
 */
final class MixingLayer {
    /** Added to the scores: of tokens of the same picture, so that they begin with a small share, and of those of another. */
    static final float SEEN = -1;
    static final float HIDDEN = -30000f;

    private static final float EPSILON = 1e-5f;
    private static final int WIDER = 2;

    private final int width;
    private final int heads;
    private final NDArray[] attentionNorm;
    private final NDArray[] inputs;
    private final NDArray[] output;
    private final NDArray[] feedForwardNorm;
    private final NDArray[] up;
    private final NDArray[] down;

    MixingLayer(SightParameters parameters, String name, int width, int heads) {
        this.width = width;
        this.heads = heads;
        attentionNorm = norm(parameters, name + ".attention_norm", width);
        inputs = parameters.linear(name + ".attention_inputs", 3L * width, width);
        output = parameters.zeros(name + ".attention_output", width, width);
        feedForwardNorm = norm(parameters, name + ".feed_forward_norm", width);
        up = parameters.linear(name + ".up", (long) WIDER * width, width);
        down = parameters.zeros(name + ".down", width, (long) WIDER * width);
    }

    static NDArray[] norm(SightParameters parameters, String name, int width) {
        return new NDArray[] {parameters.constant(name + ".weight", 1, width), parameters.constant(name + ".bias", 0, width)};
    }

    static NDArray normalised(NDArray x, NDArray[] norm) {
        return LayerNorm.layerNorm(x, norm[0].getShape(), norm[0], norm[1], EPSILON).singletonOrThrow();
    }

    static NDArray linear(NDArray x, NDArray[] layer) {
        return Linear.linear(x, layer[0], layer[1]).singletonOrThrow();
    }

    /** @param mask [n, n], added to the scores */
    NDArray forward(NDArray x, NDArray mask) {
        NDArray attended = x.add(attend(normalised(x, attentionNorm), mask));
        return attended.add(linear(Activation.gelu(linear(normalised(attended, feedForwardNorm), up)), down));
    }

    private NDArray attend(NDArray x, NDArray mask) {
        long tokens = x.getShape().get(0);
        long headWidth = width / heads;
        NDArray all = linear(x, inputs).reshape(tokens, 3L * heads, headWidth).transpose(1, 0, 2);
        NDArray query = all.get(heads(x, 0));
        NDArray scores = Scalar.times(query.matMul(all.get(heads(x, 1)).transpose(0, 2, 1)), 1 / Math.sqrt(headWidth)).add(mask);
        return linear(Activation.sigmoid(scores).matMul(all.get(heads(x, 2))).transpose(1, 0, 2).reshape(new Shape(tokens, width)), output);
    }

    private NDArray heads(NDArray x, int part) {
        long[] indices = new long[heads];
        for (int i = 0; i < heads; i++) {
            indices[i] = (long) part * heads + i;
        }
        return x.getManager().create(indices);
    }
}
