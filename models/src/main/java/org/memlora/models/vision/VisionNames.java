package org.memlora.models.vision;

import org.memlora.models.vision.VisionConfig.Family;

/** Names of a tower's tensors by family, as {@link VisionWeights} has them; layers without .weight or .bias. */
record VisionNames(String patches, String positions, String layer, String attentionNorm, String attention, String attentionOutput,
        String feedForwardNorm) {

    private static final VisionNames IDEFICS3 = new VisionNames("vision.embeddings.patch_embedding",
            "vision.embeddings.position_embedding.weight", "vision.encoder.layers.", "layer_norm1", "self_attn", "out_proj", "layer_norm2");
    private static final VisionNames INTERNVL = new VisionNames("vision.embeddings.patch_embeddings.projection",
            "vision.embeddings.position_embeddings", "vision.encoder.layer.", "layernorm_before", "attention", "projection_layer",
            "layernorm_after");

    static VisionNames of(Family family) {
        return family == Family.IDEFICS3 ? IDEFICS3 : INTERNVL;
    }
}
