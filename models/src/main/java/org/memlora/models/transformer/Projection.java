package org.memlora.models.transformer;

import java.util.Optional;

/** The linear layers of a block; also what LoRA can attach to. */
public enum Projection {
    QUERY("self_attn.q_proj", "attn_q"),
    KEY("self_attn.k_proj", "attn_k"),
    VALUE("self_attn.v_proj", "attn_v"),
    OUTPUT("self_attn.o_proj", "attn_output"),
    GATE("mlp.gate_proj", "ffn_gate"),
    UP("mlp.up_proj", "ffn_up"),
    DOWN("mlp.down_proj", "ffn_down");

    private final String huggingFace;
    private final String gguf;

    Projection(String huggingFace, String gguf) {
        this.huggingFace = huggingFace;
        this.gguf = gguf;
    }

    /** E.g. self_attn.q_proj. */
    public String huggingFaceName() {
        return huggingFace;
    }

    /** E.g. q_proj, as PEFT's target_modules name it. */
    public String moduleName() {
        return huggingFace.substring(huggingFace.indexOf('.') + 1);
    }

    String ggufName() {
        return gguf;
    }

    public static Optional<Projection> ofHuggingFaceName(String name) {
        for (Projection projection : values()) {
            if (projection.huggingFace.equals(name)) {
                return Optional.of(projection);
            }
        }
        return Optional.empty();
    }

    /** [out, in] of this layer's weight. */
    public long[] shape(TransformerConfig config) {
        long queries = (long) config.heads() * config.headWidth();
        long keys = (long) config.keyValueHeads() * config.headWidth();
        return switch (this) {
            case QUERY -> new long[] {queries, config.width()};
            case KEY, VALUE -> new long[] {keys, config.width()};
            case OUTPUT -> new long[] {config.width(), queries};
            case GATE, UP -> new long[] {config.feedForwardWidth(), config.width()};
            case DOWN -> new long[] {config.width(), config.feedForwardWidth()};
        };
    }
}
