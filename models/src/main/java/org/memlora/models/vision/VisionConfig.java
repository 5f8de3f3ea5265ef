package org.memlora.models.vision;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * A vision tower and its projector, as config.json has them.
 *
 * @param imageSide pixels along a tile
 * @param patchSide p; a divisor of imageSide
 * @param width C; a multiple of heads
 * @param shuffle f: patches along the square that becomes one feature
 * @param imageToken id that stands for one feature in the published prompts
 */
public record VisionConfig(Family family, int imageSide, int patchSide, int width, int layers, int heads, int feedForwardWidth,
        double normEpsilon, int shuffle, int imageToken) {

    /**
     * What differs between the families. IDEFICS3: a norm after the last block, GELU by tanh, a linear projector. INTERNVL: a class token,
     * scaled residuals, exact GELU, a projector of norm and two layers.
     */
    public enum Family {
        IDEFICS3("idefics3"), INTERNVL("internvl");

        private final String modelType;

        Family(String modelType) {
            this.modelType = modelType;
        }
    }

    public VisionConfig {
        if (heads < 1 || width % heads != 0 || layers < 1) {
            throw new IllegalArgumentException("the vision tower has width " + width + ", " + heads + " heads and " + layers
                    + " layers, expected a width that the heads divide and at least one layer");
        }
        if (patchSide < 1 || shuffle < 1 || imageSide % (patchSide * shuffle) != 0) {
            throw new IllegalArgumentException("tiles of " + imageSide + " pixels, patches of " + patchSide + " and " + shuffle + " x " + shuffle
                    + " patches a feature: expected that they divide each other");
        }
    }

    int patchesPerSide() {
        return imageSide / patchSide;
    }

    int patches() {
        return patchesPerSide() * patchesPerSide();
    }

    /** P: patches, and InternVL's class token. */
    int tokens() {
        return patches() + (hasClassToken() ? 1 : 0);
    }

    int patchValues() {
        return 3 * patchSide * patchSide;
    }

    /** Vectors that a tile becomes. */
    public int featuresPerTile() {
        return patches() / (shuffle * shuffle);
    }

    boolean hasClassToken() {
        return family == Family.INTERNVL;
    }

    /** The family that a config.json names; empty for a model without eyes. */
    public static Optional<Family> family(JsonNode config) {
        for (Family family : Family.values()) {
            if (family.modelType.equals(config.path("model_type").asText())) {
                return Optional.of(family);
            }
        }
        return Optional.empty();
    }

    /** @throws IllegalArgumentException if it is another model, or a variant that would compute something else */
    public static VisionConfig fromHuggingFace(JsonNode config) {
        Family family = family(config).orElseThrow(() -> new IllegalArgumentException("model_type is "
                + config.path("model_type").asText() + ", expected idefics3 (SmolVLM) or internvl (InternVL3 in Hugging Face's own layout)"));
        JsonNode vision = config.path("vision_config");
        require(vision, "num_channels", "3", "3");
        if (family == Family.IDEFICS3) {
            require(vision, "hidden_act", "gelu_pytorch_tanh", "gelu_pytorch_tanh");
            return new VisionConfig(family, side(vision, "image_size", 224), side(vision, "patch_size", 32), vision.path("hidden_size").asInt(1152),
                    vision.path("num_hidden_layers").asInt(12), vision.path("num_attention_heads").asInt(16),
                    vision.path("intermediate_size").asInt(3072), vision.path("layer_norm_eps").asDouble(1e-6),
                    config.path("scale_factor").asInt(2), config.path("image_token_id").asInt(128257));
        }
        require(vision, "hidden_act", "gelu", "gelu");
        require(vision, "norm_type", "layer_norm", "layer_norm");
        require(vision, "use_qk_norm", "false", "false");
        require(vision, "use_absolute_position_embeddings", "true", "true");
        require(vision, "use_mean_pooling", "true", "true");
        require(config, "projector_hidden_act", "gelu", "gelu");
        require(config, "vision_feature_layer", "-1", "-1");
        require(config, "vision_feature_select_strategy", "default", "default");
        return new VisionConfig(family, side(vision, "image_size", 448), side(vision, "patch_size", 14), vision.path("hidden_size").asInt(1024),
                vision.path("num_hidden_layers").asInt(24), vision.path("num_attention_heads").asInt(16),
                vision.path("intermediate_size").asInt(4096), vision.path("layer_norm_eps").asDouble(1e-6),
                (int) Math.round(1 / config.path("downsample_ratio").asDouble(0.5)), config.path("image_token_id").asInt(151667));
    }

    private static void require(JsonNode json, String key, String expected, String absent) {
        String found = json.hasNonNull(key) ? json.get(key).asText() : absent;
        if (!found.equals(expected)) {
            throw new IllegalArgumentException(key + " is " + found + ", expected " + expected);
        }
    }

    /** A number, or two equal ones. */
    private static int side(JsonNode json, String key, int absent) {
        JsonNode value = json.path(key);
        if (value.isArray()) {
            if (value.size() != 2 || value.get(0).asInt() != value.get(1).asInt()) {
                throw new IllegalArgumentException(key + " is " + value + ", expected a square");
            }
            return value.get(0).asInt();
        }
        return value.asInt(absent);
    }
}
