package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;

/** Attention and feed-forward, each behind a norm and added to its input; Gemma 2 also norms what is added. */
final class TransformerBlock {
    private final RmsNorm attentionInput;
    private final CausalSelfAttention attention;
    private final RmsNorm attentionOutput;
    private final RmsNorm feedForwardInput;
    private final FeedForward feedForward;
    private final RmsNorm feedForwardOutput;

    /** The two OUTPUT norms may be null. */
    TransformerBlock(RmsNorm attentionInput, CausalSelfAttention attention, RmsNorm attentionOutput,
            RmsNorm feedForwardInput, FeedForward feedForward, RmsNorm feedForwardOutput) {
        this.attentionInput = attentionInput;
        this.attention = attention;
        this.attentionOutput = attentionOutput;
        this.feedForwardInput = feedForwardInput;
        this.feedForward = feedForward;
        this.feedForwardOutput = feedForwardOutput;
    }

    /** [N, C] to [N, C] */
    NDArray forward(NDArray x, PackedBatch batch, RotaryEmbedding.Factors rotary, KeyValueCache cache) {
        NDArray attended = attention.forward(attentionInput.forward(x), batch, rotary, cache);
        NDArray middle = x.add(attentionOutput == null ? attended : attentionOutput.forward(attended));
        NDArray fed = feedForward.forward(feedForwardInput.forward(middle), batch.selection());
        return middle.add(feedForwardOutput == null ? fed : feedForwardOutput.forward(fed));
    }
}
