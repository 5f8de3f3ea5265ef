package org.memlora.models.vision;

import ai.djl.ndarray.NDArray;
import org.memlora.models.vision.VisionConfig.Family;

/** Attention of all patches of a tile to each other and feed-forward, each behind a norm and added to its input, in InternVL scaled. */
final class VisionBlock {
    private final VisionConfig config;
    private final LayerNormalisation attentionNorm;
    private final Affine query;
    private final Affine key;
    private final Affine value;
    private final Affine output;
    private final NDArray attentionScale;
    private final LayerNormalisation feedForwardNorm;
    private final Affine up;
    private final Affine down;
    private final NDArray feedForwardScale;
    private final Gelu gelu;

    VisionBlock(VisionConfig config, VisionLoader loader, int layer) {
        this.config = config;
        VisionNames names = VisionNames.of(config.family());
        String stem = names.layer() + layer + ".";
        String attention = stem + names.attention() + ".";
        int width = config.width();
        attentionNorm = loader.norm(stem + names.attentionNorm(), width, config.normEpsilon());
        query = loader.linear(attention + "q_proj", width, width);
        key = loader.linear(attention + "k_proj", width, width);
        value = loader.linear(attention + "v_proj", width, width);
        output = loader.linear(attention + names.attentionOutput(), width, width);
        feedForwardNorm = loader.norm(stem + names.feedForwardNorm(), width, config.normEpsilon());
        up = loader.linear(stem + "mlp.fc1", config.feedForwardWidth(), width);
        down = loader.linear(stem + "mlp.fc2", width, config.feedForwardWidth());
        boolean scaled = config.family() == Family.INTERNVL;
        attentionScale = scaled ? loader.vector(stem + "lambda_1", width) : null;
        feedForwardScale = scaled ? loader.vector(stem + "lambda_2", width) : null;
        gelu = scaled ? Gelu.EXACT : Gelu.TANH;
    }

    /** [T * P, C] to [T * P, C] */
    NDArray forward(NDArray x, int tiles) {
        NDArray attended = attend(attentionNorm.forward(x), tiles);
        NDArray middle = x.add(attentionScale == null ? attended : attended.mul(attentionScale));
        NDArray fed = down.forward(gelu.apply(up.forward(feedForwardNorm.forward(middle))));
        return middle.add(feedForwardScale == null ? fed : fed.mul(feedForwardScale));
    }

    private NDArray attend(NDArray x, int tiles) {
        long headWidth = config.width() / config.heads();
        NDArray q = heads(query.forward(x).mul(1 / Math.sqrt(headWidth)), tiles);
        NDArray k = heads(key.forward(x), tiles);
        NDArray v = heads(value.forward(x), tiles);
        NDArray scores = q.matMul(k.transpose(0, 1, 3, 2));
        NDArray shares = scores.softmax(3);
        scores.close();   // the largest arrays of all: not two of them longer than needed
        NDArray mixed = shares.matMul(v).transpose(0, 2, 1, 3).reshape(x.getShape());
        shares.close();
        return output.forward(mixed);
    }

    /** [T * P, C] to [T, H, P, D] */
    private NDArray heads(NDArray x, int tiles) {
        return x.reshape(tiles, config.tokens(), config.heads(), -1).transpose(0, 2, 1, 3);
    }
}
