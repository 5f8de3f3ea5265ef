package org.memlora.models.gguf;

import org.memlora.models.weights.HalfFloats;

/** One decoder per block layout of ggml; the arithmetic is float32 in ggml's order, so results are bit-equal. */
final class BlockDecoders {

    private BlockDecoders() { }

    static void f32(byte[] in, int at, float[] out, int to) {
        out[to] = Float.intBitsToFloat(int32(in, at));
    }

    static void f16(byte[] in, int at, float[] out, int to) {
        out[to] = half(in, at);
    }

    /** Scale; 16 bytes: value i in the low half of byte i, value i + 16 in the high half. */
    static void q4Zero(byte[] in, int at, float[] out, int to) {
        float scale = half(in, at);
        for (int i = 0; i < 16; i++) {
            int pair = in[at + 2 + i];
            out[to + i] = scale * ((pair & 15) - 8);
            out[to + 16 + i] = scale * ((pair >> 4 & 15) - 8);
        }
    }

    static void q4One(byte[] in, int at, float[] out, int to) {
        float scale = half(in, at);
        float min = half(in, at + 2);
        for (int i = 0; i < 16; i++) {
            int pair = in[at + 4 + i];
            out[to + i] = scale * (pair & 15) + min;
            out[to + 16 + i] = scale * (pair >> 4 & 15) + min;
        }
    }

    /** Like Q4_0, with the fifth bits of the 32 values in four bytes before. */
    static void q5Zero(byte[] in, int at, float[] out, int to) {
        float scale = half(in, at);
        int high = int32(in, at + 2);
        for (int i = 0; i < 16; i++) {
            int pair = in[at + 6 + i];
            out[to + i] = scale * ((pair & 15 | (high >>> i & 1) << 4) - 16);
            out[to + 16 + i] = scale * ((pair >> 4 & 15 | (high >>> i + 16 & 1) << 4) - 16);
        }
    }

    static void q5One(byte[] in, int at, float[] out, int to) {
        float scale = half(in, at);
        float min = half(in, at + 2);
        int high = int32(in, at + 4);
        for (int i = 0; i < 16; i++) {
            int pair = in[at + 8 + i];
            out[to + i] = scale * (pair & 15 | (high >>> i & 1) << 4) + min;
            out[to + 16 + i] = scale * (pair >> 4 & 15 | (high >>> i + 16 & 1) << 4) + min;
        }
    }

    static void q8Zero(byte[] in, int at, float[] out, int to) {
        float scale = half(in, at);
        for (int i = 0; i < 32; i++) {
            out[to + i] = in[at + 2 + i] * scale;
        }
    }

    /** Scale, scale of the minima, 12 bytes with eight 6-bit pairs of them, 128 bytes in four groups of 32. */
    static void q4K(byte[] in, int at, float[] out, int to) {
        float scale = half(in, at);
        float minScale = half(in, at + 2);
        for (int sub = 0; sub < 8; sub++) {
            float d = scale * subScale(in, at + 4, sub);
            float min = minScale * subMin(in, at + 4, sub);
            int bytes = at + 16 + (sub >> 1) * 32;
            int shift = (sub & 1) * 4;
            for (int i = 0; i < 32; i++) {
                out[to + sub * 32 + i] = d * (in[bytes + i] >> shift & 15) - min;
            }
        }
    }

    /** Like Q4_K, with the fifth bits before: bit s of byte i belongs to value i of sub-block s. */
    static void q5K(byte[] in, int at, float[] out, int to) {
        float scale = half(in, at);
        float minScale = half(in, at + 2);
        for (int sub = 0; sub < 8; sub++) {
            float d = scale * subScale(in, at + 4, sub);
            float min = minScale * subMin(in, at + 4, sub);
            int high = at + 16;
            int bytes = at + 48 + (sub >> 1) * 32;
            int shift = (sub & 1) * 4;
            for (int i = 0; i < 32; i++) {
                int q = in[bytes + i] >> shift & 15 | (in[high + i] >> sub & 1) << 4;
                out[to + sub * 32 + i] = d * q - min;
            }
        }
    }

    /** 128 bytes of low halves, 64 bytes of high bit pairs, 16 signed scales for 16 values each, scale. */
    static void q6K(byte[] in, int at, float[] out, int to) {
        float scale = half(in, at + 208);
        for (int group = 0; group < 8; group++) {
            int low = at + (group >> 2) * 64 + (group & 1) * 32;
            int lowShift = (group >> 1 & 1) * 4;
            int high = at + 128 + (group >> 2) * 32;
            int highShift = (group & 3) * 2;
            for (int i = 0; i < 32; i++) {
                float d = scale * in[at + 192 + group * 2 + (i >> 4)];
                int q = in[low + i] >> lowShift & 15 | (in[high + i] >> highShift & 3) << 4;
                out[to + group * 32 + i] = d * (q - 32);
            }
        }
    }

    private static int subScale(byte[] in, int at, int sub) {
        return sub < 4 ? in[at + sub] & 63 : in[at + 4 + sub] & 15 | in[at + sub - 4] >> 2 & 0x30;
    }

    private static int subMin(byte[] in, int at, int sub) {
        return sub < 4 ? in[at + 4 + sub] & 63 : in[at + 4 + sub] >> 4 & 15 | in[at + sub] >> 2 & 0x30;
    }

    private static float half(byte[] in, int at) {
        return HalfFloats.toFloat((short) (in[at] & 0xff | in[at + 1] << 8));
    }

    private static int int32(byte[] in, int at) {
        return in[at] & 0xff | (in[at + 1] & 0xff) << 8 | (in[at + 2] & 0xff) << 16 | in[at + 3] << 24;
    }
}
