package org.memlora.models.compiled;

/**
 * Float32 weights to the blocks of the ONNX Runtime operator MatMulNBits: w = scale * (code - zero), one scale for
 * {@value #BLOCK} values, zero in the middle of the codes. With 8 bits, blocks whose values are multiples of one step
 * (GGUF's Q4_0, Q5_0 and Q8_0) are kept exactly.
 */
final class BlockQuantiser {
    static final int BLOCK = 32;

    private static final int EXACT_STEPS = 32;
    private static final int SEARCHED_SCALES = 16;
    private static final float CLOSE = 1e-4f;

    private final int bits;
    private final int zero;

    /** @param bits 4 or 8 */
    BlockQuantiser(int bits) {
        if (bits != 4 && bits != 8) {
            throw new IllegalArgumentException("bits is " + bits + ", expected 4 or 8");
        }
        this.bits = bits;
        this.zero = 1 << bits - 1;
    }

    static int blocks(int columns) {
        return (columns + BLOCK - 1) / BLOCK;
    }

    int blockBytes() {
        return BLOCK * bits / 8;
    }

    /** Codes of {@code in[at .. at + count - 1]} (count at most {@value #BLOCK}; the rest is 0) to {@code out[to ..]}; the scale. */
    float encode(float[] in, int at, int count, byte[] out, int to) {
        float extreme = 0;
        for (int i = at; i < at + count; i++) {
            extreme = Math.abs(in[i]) > Math.abs(extreme) ? in[i] : extreme;
        }
        float scale = extreme == 0 ? 0 : bits == 8 ? scaleOf8(in, at, count, extreme) : scaleOf4(in, at, count, extreme);
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int i = 0; i < BLOCK; i++) {
            int code = i < count ? code(in[at + i] * inverse) : zero;
            if (bits == 8) {
                out[to + i] = (byte) code;
            } else if (i % 2 == 0) {
                out[to + i / 2] = (byte) code;
            } else {
                out[to + i / 2] |= (byte) (code << 4);
            }
        }
        return scale;
    }

    private int code(float steps) {
        return Math.min(2 * zero - 1, Math.max(0, Math.round(steps) + zero));
    }

    private static float scaleOf8(float[] in, int at, int count, float extreme) {
        float most = Math.abs(extreme);
        for (int steps = 126; steps <= 128; steps++) {
            if (isMultiple(in, at, count, most / steps)) {
                return exact(extreme, steps);
            }
        }
        for (int steps = 1; steps <= EXACT_STEPS; steps++) {
            if (isMultiple(in, at, count, most / steps)) {
                return exact(extreme, steps);
            }
        }
        return most / 127;
    }

    /** +128 steps have no code: the sign of the scale puts them on the other side. */
    private static float exact(float extreme, int steps) {
        float scale = Math.abs(extreme) / steps;
        return steps == 128 && extreme > 0 ? -scale : scale;
    }

    private static boolean isMultiple(float[] in, int at, int count, float step) {
        float inverse = 1 / step;
        for (int i = at; i < at + count; i++) {
            float steps = in[i] * inverse;
            if (Math.abs(steps - Math.round(steps)) > CLOSE * Math.max(1, Math.abs(steps) / 16)) {
                return false;
            }
        }
        return true;
    }

    /** Of several scales around the one that maps the extreme to the outermost code, that of the least squared error. */
    private static float scaleOf4(float[] in, int at, int count, float extreme) {
        float best = 0;
        float least = Float.POSITIVE_INFINITY;
        for (int candidate = 0; candidate <= SEARCHED_SCALES; candidate++) {
            float inverse = -(7f + candidate * 0.125f) / extreme;
            float product = 0;
            float squares = 0;
            for (int i = at; i < at + count; i++) {
                int steps = Math.min(7, Math.max(-8, Math.round(in[i] * inverse)));
                product += in[i] * steps;
                squares += steps * steps;
            }
            float scale = product / squares;
            float error = 0;
            for (int i = at; i < at + count; i++) {
                int steps = Math.min(7, Math.max(-8, Math.round(in[i] / scale)));
                float difference = in[i] - scale * steps;
                error += difference * difference;
            }
            if (error < least) {
                least = error;
                best = scale;
            }
        }
        return best;
    }
}
