package org.memlora.models.transformer;

import org.memlora.models.transformer.TransformerConfig.Family;
import org.memlora.models.weights.WeightSource;

/** The names of the weights in each file format, and how the formats' values differ from those used here. */
public enum WeightNames {
    GGUF, HUGGING_FACE;

    /** The norms of a block; the two OUTPUT ones in Gemma 2 only. */
    public enum Norm { ATTENTION_INPUT, ATTENTION_OUTPUT, FEED_FORWARD_INPUT, FEED_FORWARD_OUTPUT }

    static WeightNames of(WeightSource source) {
        for (WeightNames names : values()) {
            if (source.contains(names.embedding())) {
                return names;
            }
        }
        throw new IllegalArgumentException("no tensor " + GGUF.embedding() + " or " + HUGGING_FACE.embedding() + " in the weights");
    }

    String embedding() {
        return this == GGUF ? "token_embd.weight" : "model.embed_tokens.weight";
    }

    /** Absent when tied to the embedding. */
    String output() {
        return this == GGUF ? "output.weight" : "lm_head.weight";
    }

    String finalNorm() {
        return this == GGUF ? "output_norm.weight" : "model.norm.weight";
    }

    /** Without .weight or .bias. */
    String projection(int layer, Projection projection) {
        return this == GGUF ? "blk." + layer + "." + projection.ggufName() : "model.layers." + layer + "." + projection.huggingFaceName();
    }

    String norm(int layer, Norm norm, Family family) {
        if (this == GGUF) {
            return "blk." + layer + "." + switch (norm) {
                case ATTENTION_INPUT -> "attn_norm";
                case ATTENTION_OUTPUT -> "post_attention_norm";
                case FEED_FORWARD_INPUT -> "ffn_norm";
                case FEED_FORWARD_OUTPUT -> "post_ffw_norm";
            } + ".weight";
        }
        return "model.layers." + layer + "." + switch (norm) {
            case ATTENTION_INPUT -> "input_layernorm";
            case ATTENTION_OUTPUT -> "post_attention_layernorm";
            case FEED_FORWARD_INPUT -> family == Family.GEMMA2 ? "pre_feedforward_layernorm" : "post_attention_layernorm";
            case FEED_FORWARD_OUTPUT -> "post_feedforward_layernorm";
        } + ".weight";
    }

    /** GGUF stores Gemma's norm weights with the 1 added, Hugging Face without. */
    boolean addsOneToNorms(Family family) {
        return this == HUGGING_FACE && family == Family.GEMMA2;
    }

    /** GGUF stores the llama family's q and k rows with the two halves of a head interleaved. */
    boolean interleavesHeads(Family family) {
        return this == GGUF && family == Family.LLAMA;
    }
}
