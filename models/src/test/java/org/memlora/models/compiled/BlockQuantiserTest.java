package org.memlora.models.compiled;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockQuantiserTest {
    private static final long SEED = 7;

    /** What MatMulNBits reads: scale * (code - zero). */
    private static float[] decoded(int bits, byte[] codes, float scale) {
        float[] values = new float[BlockQuantiser.BLOCK];
        for (int i = 0; i < values.length; i++) {
            int code = bits == 8 ? codes[i] & 0xff : codes[i / 2] >> (i % 2 * 4) & 15;
            values[i] = scale * (code - (1 << bits - 1));
        }
        return values;
    }

    private static float[] roundTrip(int bits, float[] values) {
        BlockQuantiser quantiser = new BlockQuantiser(bits);
        byte[] codes = new byte[quantiser.blockBytes()];
        float scale = quantiser.encode(values, 0, values.length, codes, 0);
        return decoded(bits, codes, scale);
    }

    /** Steps of Q4_0 (-8 .. 7), Q5_0 (-16 .. 15) and Q8_0 (-127 .. 127, -128). */
    @ParameterizedTest
    @ValueSource(ints = {8, 16, 127, 128})
    void eightBitsKeepBlocksOfOneStepExactly(int most) {
        Random random = new Random(SEED);
        for (int block = 0; block < 200; block++) {
            float step = (float) Math.scalb(1 + random.nextInt(1024) / 1024f, -8);
            float[] values = new float[BlockQuantiser.BLOCK];
            for (int i = 0; i < values.length; i++) {
                values[i] = step * (random.nextInt(2 * most) - most + (most == 127 ? 1 : 0));
            }
            values[block % values.length] = -step * most;   // ggml scales by the extreme, so a block has it
            assertThat(roundTrip(8, values)).containsExactly(values, org.assertj.core.data.Offset.offset(step * 1e-3f));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void errorsStayBelowHalfAStepAndZerosStayZero(int bits) {
        Random random = new Random(SEED);
        for (int block = 0; block < 200; block++) {
            float[] values = new float[BlockQuantiser.BLOCK];
            float most = 0;
            for (int i = 0; i < values.length; i++) {
                values[i] = i == 3 ? 0 : (float) random.nextGaussian();
                most = Math.max(most, Math.abs(values[i]));
            }
            float[] found = roundTrip(bits, values);
            assertThat(found[3]).isZero();
            for (int i = 0; i < values.length; i++) {
                assertThat(Math.abs(found[i] - values[i])).isLessThan(most / (bits == 8 ? 250 : 7));
            }
        }
        assertThat(roundTrip(bits, new float[BlockQuantiser.BLOCK])).containsOnly(0f);
    }

    @Test
    void searchedScalesBeatTheScaleOfTheExtreme() {
        Random random = new Random(SEED);
        double searched = 0;
        double plain = 0;
        for (int block = 0; block < 500; block++) {
            float[] values = new float[BlockQuantiser.BLOCK];
            float extreme = 0;
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
                extreme = Math.abs(values[i]) > Math.abs(extreme) ? values[i] : extreme;
            }
            float[] found = roundTrip(4, values);
            float scale = extreme / -8;
            for (int i = 0; i < values.length; i++) {
                searched += Math.pow(found[i] - values[i], 2);
                plain += Math.pow(scale * Math.min(7, Math.max(-8, Math.round(values[i] / scale))) - values[i], 2);
            }
        }
        System.out.printf("4 bits, seed %d: squared error %.1f with searched scales, %.1f without%n", SEED, searched, plain);
        assertThat(searched).isLessThan(0.9 * plain);
    }

    @Test
    void shortBlocksArePaddedWithZeros() {
        BlockQuantiser quantiser = new BlockQuantiser(8);
        byte[] codes = new byte[quantiser.blockBytes()];
        float scale = quantiser.encode(new float[] {9, 9, 1, -1, 0.5f}, 2, 3, codes, 0);
        assertThat(decoded(8, codes, scale)).startsWith(1, -1).endsWith(0, 0);
    }
}
