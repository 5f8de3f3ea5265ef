package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;

/** Grouped-query attention with rotary positions, over a cache or, without one, over the step's own tokens. */
final class CausalSelfAttention {
    private final TransformerConfig config;
    private final int layer;
    private final LoraLinear query;
    private final LoraLinear key;
    private final LoraLinear value;
    private final LoraLinear output;

    CausalSelfAttention(TransformerConfig config, int layer, LoraLinear query, LoraLinear key, LoraLinear value, LoraLinear output) {
        this.config = config;
        this.layer = layer;
        this.query = query;
        this.key = key;
        this.value = value;
        this.output = output;
    }

    /** [N, C] to [N, C]; {@code cache} null: the rows start at position 0 and nothing is kept (training). */
    NDArray forward(NDArray x, PackedBatch batch, RotaryEmbedding.Factors rotary, KeyValueCache cache) {
        LoraSelection selection = batch.selection();
        NDArray q = Scalar.times(RotaryEmbedding.rotate(heads(query.forward(x, selection), config.heads()), rotary), config.attentionScale());
        NDArray k = RotaryEmbedding.rotate(heads(key.forward(x, selection), config.keyValueHeads()), rotary);
        NDArray v = heads(value.forward(x, selection), config.keyValueHeads());
        if (cache != null) {
            cache.write(layer, batch, k, v);
        }
        NDManager manager = x.getManager();
        NDList mixed = new NDList();
        for (PackedBatch.Segment segment : batch.segments()) {
            NDArray keys = cache != null ? cache.keys(manager, layer, segment) : local(k, segment);
            NDArray values = cache != null ? cache.values(manager, layer, segment) : local(v, segment);
            mixed.add(attend(slice(q, segment), keys, values, segment));
        }
        return output.forward(mixed.size() == 1 ? mixed.get(0) : NDArrays.concat(mixed, 0), selection);
    }

    /** q [B*T, H, D], keys and values [B, K, S, D], to [B*T, H*D]. */
    private NDArray attend(NDArray q, NDArray keys, NDArray values, PackedBatch.Segment segment) {
        long b = segment.rows();
        long t = segment.tokens();
        long s = segment.keys();
        long d = config.headWidth();
        long groups = config.keyValueHeads();
        long perGroup = config.heads() / groups;
        NDArray grouped = q.reshape(b, t, groups, perGroup, d).transpose(0, 2, 3, 1, 4).reshape(b, groups, perGroup * t, d);
        NDArray scores = grouped.matMul(keys.transpose(0, 1, 3, 2));
        if (config.attentionSoftCap() > 0) {
            scores = Scalar.times(Scalar.times(scores, 1 / config.attentionSoftCap()).tanh(), config.attentionSoftCap());
        }
        NDArray mask = config.slidingLayers().get(layer) ? segment.slidingMask() : segment.mask();
        if (mask != null) {
            scores = scores.reshape(b, groups, perGroup, t, s).add(mask).reshape(b, groups, perGroup * t, s);
        }
        return scores.softmax(3).matMul(values)
                .reshape(b, groups, perGroup, t, d).transpose(0, 3, 1, 2, 4).reshape(b * t, groups * perGroup * d);
    }

    private NDArray heads(NDArray x, long count) {
        return x.reshape(x.getShape().get(0), count, config.headWidth());
    }

    private static NDArray slice(NDArray x, PackedBatch.Segment segment) {
        if (segment.count() == x.getShape().get(0)) {
            return x;
        }
        return x.get(new NDIndex().addSliceDim(segment.firstToken(), segment.firstToken() + segment.count()).addAllDim().addAllDim());
    }

    /** [B, K, S, D] of the step's own tokens, those of the segments before first. */
    private NDArray local(NDArray x, PackedBatch.Segment segment) {
        NDArray own = slice(x, segment);
        if (!segment.before().isEmpty()) {
            NDList parts = new NDList();
            segment.before().forEach(before -> parts.add(slice(x, before)));
            parts.add(own);
            own = NDArrays.concat(parts, 0);
        }
        return own.reshape(segment.rows(), own.getShape().get(0) / segment.rows(), config.keyValueHeads(), config.headWidth())
                .transpose(0, 2, 1, 3);
    }
}
