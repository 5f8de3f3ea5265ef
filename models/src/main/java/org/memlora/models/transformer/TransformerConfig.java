package org.memlora.models.transformer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the weights do not say.
 *
 * @param keyValueHeads K; a divisor of heads
 * @param attentionScale factor of the scores
 * @param attentionSoftCap scores become cap * tanh(score / cap); 0 = none
 * @param logitSoftCap the same for logits; 0 = none
 * @param slidingWindow keys a sliding layer sees, its own position included
 * @param slidingLayers per layer: sees the window only
 * @param embeddingScale factor of the embeddings
 */
public record TransformerConfig(
        Family family, int vocabularySize, int contextTokens, int width, int layers, int heads, int keyValueHeads, int headWidth,
        int feedForwardWidth, double normEpsilon, double ropeTheta, double attentionScale, double attentionSoftCap,
        double logitSoftCap, int slidingWindow, List<Boolean> slidingLayers, double embeddingScale) {

    /** Families by architecture name; GEMMA2: GeGLU, norms before and after each part, norm weights stored as w - 1. */
    public enum Family {
        LLAMA("llama"), QWEN2("qwen2"), GEMMA2("gemma2");

        private final String architecture;

        Family(String architecture) {
            this.architecture = architecture;
        }

        static Family of(String architecture) {
            for (Family family : values()) {
                if (family.architecture.equals(architecture)) {
                    return family;
                }
            }
            throw new IllegalArgumentException("architecture is " + architecture + ", expected llama, qwen2 or gemma2");
        }
    }

    public TransformerConfig {
        slidingLayers = List.copyOf(slidingLayers);
        if (heads < 1 || keyValueHeads < 1 || heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(heads + " heads, " + keyValueHeads + " key-value heads: expected a divisor");
        }
        if (headWidth < 2 || headWidth % 2 != 0) {
            throw new IllegalArgumentException("head width is " + headWidth + ", expected an even number");
        }
        if (layers < 1 || slidingLayers.size() != layers) {
            throw new IllegalArgumentException(layers + " layers, " + slidingLayers.size() + " entries of sliding layers");
        }
    }

    /** From a GGUF file's metadata. */
    public static TransformerConfig fromGguf(Map<String, Object> metadata) {
        String name = String.valueOf(metadata.get("general.architecture"));
        Family family = Family.of(name);
        Numbers numbers = new Numbers(metadata, name + ".");
        if (metadata.get(name + ".rope.scaling.type") instanceof String scaling && !scaling.equals("none")) {
            throw new IllegalArgumentException("rope scaling is " + scaling + ", expected none");
        }
        int width = numbers.integer("embedding_length");
        int heads = numbers.integer("attention.head_count");
        int layers = numbers.integer("block_count");
        int headWidth = (int) numbers.number("attention.key_length", (double) width / heads);
        int vocabulary = metadata.get("tokenizer.ggml.tokens") instanceof List<?> tokens ? tokens.size() : numbers.integer("vocab_size");
        boolean gemma = family == Family.GEMMA2;
        // llama.cpp's rule: Gemma 2 27B (46 layers) scales by width / heads, the others by the head width.
        double scalar = gemma && layers == 46 ? (double) width / heads : headWidth;
        return new TransformerConfig(family, vocabulary, numbers.integer("context_length"), width, layers, heads,
                (int) numbers.number("attention.head_count_kv", heads), headWidth, numbers.integer("feed_forward_length"),
                numbers.number("attention.layer_norm_rms_epsilon", 1e-6), numbers.number("rope.freq_base", 10000), 1 / Math.sqrt(scalar),
                gemma ? numbers.number("attn_logit_softcapping", 50) : 0, gemma ? numbers.number("final_logit_softcapping", 30) : 0,
                gemma ? (int) numbers.number("attention.sliding_window", 4096) : 0, alternating(layers, gemma),
                gemma ? Math.sqrt(width) : 1);
    }

    /** From a Hugging Face folder's config.json. */
    public static TransformerConfig fromHuggingFace(Path configJson) {
        try {
            return fromHuggingFace(new ObjectMapper().readTree(configJson.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + configJson, e);
        }
    }

    /** From the content of a config.json, or the text_config in one. */
    public static TransformerConfig fromHuggingFace(JsonNode json) {
        Family family = Family.of(json.path("model_type").asText());
        boolean gemma = family == Family.GEMMA2;
        JsonNode rope = json.hasNonNull("rope_parameters") ? json.get("rope_parameters") : json.path("rope_scaling");
        String ropeType = rope.path("rope_type").asText(rope.path("type").asText("default"));
        // dynamic changes nothing up to max_position_embeddings, and no executor goes beyond that
        if (!ropeType.equals("default") && !ropeType.equals("dynamic")) {
            throw new IllegalArgumentException("rope_type is " + ropeType + ", expected default or dynamic");
        }
        String act = json.path("hidden_activation").asText(json.path("hidden_act").asText());
        if (!act.equals(gemma ? "gelu_pytorch_tanh" : "silu")) {
            throw new IllegalArgumentException("activation is " + act + ", expected " + (gemma ? "gelu_pytorch_tanh" : "silu"));
        }
        int width = required(json, "hidden_size");
        int heads = required(json, "num_attention_heads");
        int layers = required(json, "num_hidden_layers");
        int headWidth = json.path("head_dim").asInt(width / heads);
        List<Boolean> sliding = alternating(layers, gemma);
        if (json.path("layer_types").size() == layers) {
            sliding = new ArrayList<>();
            for (JsonNode type : json.get("layer_types")) {
                sliding.add(type.asText().equals("sliding_attention"));
            }
        }
        return new TransformerConfig(family, required(json, "vocab_size"), required(json, "max_position_embeddings"), width, layers, heads,
                json.path("num_key_value_heads").asInt(heads), headWidth, required(json, "intermediate_size"),
                json.path("rms_norm_eps").asDouble(1e-6), rope.path("rope_theta").asDouble(json.path("rope_theta").asDouble(10000)),
                1 / Math.sqrt(gemma ? json.path("query_pre_attn_scalar").asDouble(headWidth) : headWidth),
                gemma ? json.path("attn_logit_softcapping").asDouble(0) : 0, gemma ? json.path("final_logit_softcapping").asDouble(0) : 0,
                json.path("sliding_window").asInt(0), sliding, gemma ? Math.sqrt(width) : 1);
    }

    private static List<Boolean> alternating(int layers, boolean gemma) {
        List<Boolean> sliding = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            sliding.add(gemma && layer % 2 == 0);
        }
        return sliding;
    }

    private static int required(JsonNode json, String key) {
        if (!json.path(key).isInt()) {
            throw new IllegalArgumentException("config.json has no number " + key);
        }
        return json.get(key).asInt();
    }

    private record Numbers(Map<String, Object> metadata, String prefix) {
        int integer(String key) {
            double value = number(key, Double.NaN);
            if (Double.isNaN(value)) {
                throw new IllegalArgumentException("the GGUF metadata has no number " + prefix + key);
            }
            return (int) value;
        }

        double number(String key, double otherwise) {
            // float32 values by their shortest decimal form, so that 1e-5f is 1e-5
            return metadata.get(prefix + key) instanceof Number number ? Double.parseDouble(number.toString()) : otherwise;
        }
    }
}
