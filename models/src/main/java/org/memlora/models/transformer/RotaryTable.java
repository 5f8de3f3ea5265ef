package org.memlora.models.transformer;

/** Cosines and sines of rotary positions: position times theta^(-2 i / D), each [contextTokens, D / 2], row-major. */
public final class RotaryTable {
    private final float[] cosines;
    private final float[] sines;

    public RotaryTable(int contextTokens, int headWidth, double theta) {
        int half = headWidth / 2;
        cosines = new float[contextTokens * half];
        sines = new float[contextTokens * half];
        for (int i = 0; i < half; i++) {
            float frequency = (float) (1 / Math.pow(theta, 2.0 * i / headWidth));
            for (int position = 0; position < contextTokens; position++) {
                float angle = position * frequency;
                cosines[position * half + i] = (float) Math.cos(angle);
                sines[position * half + i] = (float) Math.sin(angle);
            }
        }
    }

    /** Not a copy. */
    public float[] cosines() {
        return cosines;
    }

    /** Not a copy. */
    public float[] sines() {
        return sines;
    }
}
