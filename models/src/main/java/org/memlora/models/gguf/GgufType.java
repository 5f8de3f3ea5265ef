package org.memlora.models.gguf;

import java.util.Arrays;
import java.util.Optional;

/** The supported tensor types of GGUF: values per block, bytes per block, and how a block decodes. */
public enum GgufType {
    F32(0, 1, 4, BlockDecoders::f32),
    F16(1, 1, 2, BlockDecoders::f16),
    Q4_0(2, 32, 18, BlockDecoders::q4Zero),
    Q4_1(3, 32, 20, BlockDecoders::q4One),
    Q5_0(6, 32, 22, BlockDecoders::q5Zero),
    Q5_1(7, 32, 24, BlockDecoders::q5One),
    Q8_0(8, 32, 34, BlockDecoders::q8Zero),
    Q4_K(12, 256, 144, BlockDecoders::q4K),
    Q5_K(13, 256, 176, BlockDecoders::q5K),
    Q6_K(14, 256, 210, BlockDecoders::q6K);

    /** Decodes one block at {@code in[inAt..]} to {@code out[outAt..]}. */
    @FunctionalInterface
    interface BlockDecoder {
        void decode(byte[] in, int inAt, float[] out, int outAt);
    }

    private static final String[] OTHER_NAMES = {
        null, null, null, null, "Q4_2", "Q4_3", null, null, null, "Q8_1", "Q2_K", "Q3_K", null, null, null, "Q8_K",
        "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "I8", "I16", "I32", "I64",
        "F64", "IQ1_M", "BF16", "Q4_0_4_4", "Q4_0_4_8", "Q4_0_8_8", "TQ1_0", "TQ2_0", null, null, null, "MXFP4"};

    private final int id;
    private final int blockValues;
    private final int blockBytes;
    private final BlockDecoder decoder;

    GgufType(int id, int blockValues, int blockBytes, BlockDecoder decoder) {
        this.id = id;
        this.blockValues = blockValues;
        this.blockBytes = blockBytes;
        this.decoder = decoder;
    }

    public int blockValues() {
        return blockValues;
    }

    public int blockBytes() {
        return blockBytes;
    }

    BlockDecoder decoder() {
        return decoder;
    }

    static Optional<GgufType> ofId(int id) {
        return Arrays.stream(values()).filter(type -> type.id == id).findFirst();
    }

    /** The name that ggml gives the id, supported or not. */
    static String nameOfId(int id) {
        return ofId(id).map(Enum::name).orElseGet(() ->
                id >= 0 && id < OTHER_NAMES.length && OTHER_NAMES[id] != null ? OTHER_NAMES[id] : "number " + id);
    }
}
