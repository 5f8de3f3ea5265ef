package org.memlora.models.compiled;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;
import java.util.Map;
import org.memlora.models.compiled.WeightLayout.Linear;
import org.memlora.models.transformer.DecoderWeights;
import org.memlora.models.transformer.RotaryTable;
import org.memlora.models.transformer.TransformerConfig;
import org.memlora.models.transformer.TransformerConfig.Family;
import org.memlora.models.transformer.WeightNames.Norm;

/**
 * The two graphs of a decoder: the blocks, from embeddings to the last norm, and the output matrix. Embeddings are looked
 * up outside, and the output matrix runs only for the positions whose logits are wanted.
 */
final class DecoderGraph {
    static final String EMBEDDINGS = "embeddings";
    static final String LAST_POSITIONS = "last_positions";
    static final String LONGEST = "longest";
    static final String HIDDEN = "hidden";
    static final String LOGITS = "logits";

    private static final String BATCH = "B";
    private static final String TOKENS = "T";
    private static final String ROOM = "S";

    private final TransformerConfig config;
    private final DecoderWeights weights;
    private final ExpertStack experts;
    private final Graph graph;

    private DecoderGraph(TransformerConfig config, DecoderWeights weights, ExpertStack experts, Graph graph) {
        this.config = config;
        this.weights = weights;
        this.experts = experts;
        this.graph = graph;
    }

    static String mask(Linear linear) {
        return "mask." + linear.name(0).substring("layer.0.".length());
    }

    static String past(String keysOrValues, int layer) {
        return "past." + layer + "." + keysOrValues;
    }

    static String present(String keysOrValues, int layer) {
        return "present." + layer + "." + keysOrValues;
    }

    /**
     * Inputs: {@link #EMBEDDINGS} [B, T, C]; {@link #LAST_POSITIONS} [B] int32, the position of each row's last token;
     * {@link #LONGEST} int32, the most tokens of a row; the masks [B, 1, R]; keys and values [B, K, S, D] of each layer.
     * Outputs: {@link #HIDDEN} [B, T, C]; keys and values, meant to share the memory of the inputs.
     */
    static byte[] blocks(TransformerConfig config, DecoderWeights weights, CompiledWeights compiled, ExpertStack experts, int contextTokens) {
        return new DecoderGraph(config, weights, experts, new Graph("blocks", compiled)).blocks(contextTokens);
    }

    /** Input {@link #HIDDEN} [N, C], output {@link #LOGITS} [N, V]. */
    static byte[] output(TransformerConfig config, CompiledWeights compiled) {
        Graph graph = new Graph("output", compiled);
        String hidden = graph.input(HIDDEN, DataType.FLOAT, "N", (long) config.width());
        String logits = graph.linear(hidden, WeightLayout.OUTPUT_MATRIX, config.width(), config.vocabularySize(), null);
        if (config.logitSoftCap() > 0) {
            String cap = graph.constant("logit_cap", new float[] {(float) config.logitSoftCap()}, 1);
            logits = graph.node("Mul", graph.node("Tanh", graph.node("Div", logits, cap)), cap);
        }
        graph.node("", "Identity", Map.of(), List.of(logits), List.of(LOGITS));
        graph.output(LOGITS, "N", (long) config.vocabularySize());
        return graph.model();
    }

    private byte[] blocks(int contextTokens) {
        graph.input(EMBEDDINGS, DataType.FLOAT, BATCH, TOKENS, (long) config.width());
        graph.input(LAST_POSITIONS, DataType.INT32, BATCH);
        graph.input(LONGEST, DataType.INT32);
        for (Linear linear : Linear.values()) {
            if (experts.ranks(linear) > 0) {
                graph.input(mask(linear), DataType.FLOAT, BATCH, 1L, (long) experts.ranks(linear));
            }
        }
        rotaryFactors(contextTokens);
        boolean gemma = config.family() == Family.GEMMA2;
        String stream = EMBEDDINGS;
        String normed = norm(stream, "layer.0.norm", weights.norm(0, Norm.ATTENTION_INPUT));
        for (int layer = 0; layer < config.layers(); layer++) {
            String attended = linear(attention(linear(normed, Linear.ATTENTION_INPUT, layer), layer), Linear.ATTENTION_OUTPUT, layer);
            if (gemma) {
                attended = norm(attended, "layer." + layer + ".norm.attended", weights.norm(layer, Norm.ATTENTION_OUTPUT));
            }
            String middle = "stream." + layer + ".middle";
            normed = addAndNorm(attended, stream, middle, "layer." + layer + ".norm.middle", weights.norm(layer, Norm.FEED_FORWARD_INPUT));
            String fed = linear(gated(normed, layer, gemma), Linear.DOWN, layer);
            if (gemma) {
                fed = norm(fed, "layer." + layer + ".norm.fed", weights.norm(layer, Norm.FEED_FORWARD_OUTPUT));
            }
            stream = "stream." + layer;
            boolean last = layer == config.layers() - 1;
            normed = addAndNorm(fed, middle, stream, "layer." + (layer + 1) + ".norm",
                    last ? weights.finalNorm() : weights.norm(layer + 1, Norm.ATTENTION_INPUT));
        }
        graph.node("", "Identity", Map.of(), List.of(normed), List.of(HIDDEN));
        graph.output(HIDDEN, BATCH, TOKENS, (long) config.width());
        return graph.model();
    }

    private void rotaryFactors(int contextTokens) {
        RotaryTable table = new RotaryTable(contextTokens, config.headWidth(), config.ropeTheta());
        graph.constant("cosines", table.cosines(), contextTokens, config.headWidth() / 2);
        graph.constant("sines", table.sines(), contextTokens, config.headWidth() / 2);
    }

    private String norm(String x, String name, float[] weight) {
        return graph.node("", "SimplifiedLayerNormalization",
                Graph.attributes("axis", -1L, "epsilon", (float) config.normEpsilon(), "stash_type", 1L),
                x, graph.constant(name, weight, config.width()));
    }

    /** The norm of x + stream; the sum gets a name of its own. */
    private String addAndNorm(String x, String stream, String sum, String name, float[] weight) {
        String output = name + ".out";
        graph.node(Graph.MICROSOFT, "SkipSimplifiedLayerNormalization", Graph.attributes("epsilon", (float) config.normEpsilon()),
                List.of(x, stream, graph.constant(name, weight, config.width())), List.of(output, Graph.ABSENT, Graph.ABSENT, sum));
        return output;
    }

    private String linear(String x, Linear linear, int layer) {
        int inputs = linear.inputs(config);
        int outputs = linear.outputs(config);
        String name = linear.name(layer);
        String base = graph.linear(x, name, inputs, outputs, bias(linear, layer));
        int ranks = experts.ranks(linear);
        if (ranks == 0) {
            return base;
        }
        String down = graph.node("MatMul", x, graph.constant(name + ".a", experts.a(linear, layer), inputs, ranks));
        String masked = graph.node("Mul", down, mask(linear));
        return graph.node("Add", base, graph.node("MatMul", masked, graph.constant(name + ".b", experts.b(linear, layer), ranks, outputs)));
    }

    /** Of the stacked projections; null when none has one. */
    private float[] bias(Linear linear, int layer) {
        float[] stacked = null;
        for (var projection : linear.projections()) {
            float[] bias = weights.bias(layer, projection);
            if (bias != null) {
                stacked = stacked == null ? new float[linear.outputs(config)] : stacked;
                System.arraycopy(bias, 0, stacked, linear.firstOutput(projection, config), bias.length);
            }
        }
        return stacked;
    }

    private String attention(String qkv, int layer) {
        long heads = config.keyValueHeads();
        long width = config.headWidth();
        String keys = graph.input(past("keys", layer), DataType.FLOAT, BATCH, heads, ROOM, width);
        String values = graph.input(past("values", layer), DataType.FLOAT, BATCH, heads, ROOM, width);
        boolean sliding = config.slidingWindow() > 0 && config.slidingLayers().get(layer);
        String output = "attention." + layer;
        graph.node(Graph.MICROSOFT, "GroupQueryAttention",
                Graph.attributes("num_heads", (long) config.heads(), "kv_num_heads", heads, "scale", (float) config.attentionScale(),
                        "do_rotary", 1L, "rotary_interleaved", 0L, "softcap", (float) config.attentionSoftCap(),
                        "local_window_size", sliding ? config.slidingWindow() - 1L : -1L),
                List.of(qkv, Graph.ABSENT, Graph.ABSENT, keys, values, LAST_POSITIONS, LONGEST, "cosines", "sines"),
                List.of(output, present("keys", layer), present("values", layer)));
        graph.output(present("keys", layer), BATCH, heads, ROOM, width);
        graph.output(present("values", layer), BATCH, heads, ROOM, width);
        return output;
    }

    /** activation(gate(x)) * up(x). */
    private String gated(String x, int layer, boolean gemma) {
        String gate = linear(x, Linear.GATE, layer);
        String up = linear(x, Linear.UP, layer);
        String active = gemma ? graph.node("", "Gelu", Graph.attributes("approximate", "tanh"), gate)
                : graph.node(Graph.MICROSOFT, "QuickGelu", Graph.attributes("alpha", 1f), gate);
        return graph.node("Mul", active, up);
    }
}
