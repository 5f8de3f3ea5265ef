package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;

/** Rotary positions, halves of a head paired (the order of Hugging Face): x * cos + swapHalves(x) * signedSin. */
final class RotaryEmbedding {
    private final NDArray cosines;
    private final NDArray sines;

    /** Factors of the tokens of a step, each [N, 1, D]. */
    record Factors(NDArray cosine, NDArray sine) { }

    RotaryEmbedding(NDManager manager, int contextTokens, int headWidth, double theta, DataType type) {
        RotaryTable table = new RotaryTable(contextTokens, headWidth, theta);
        int half = headWidth / 2;
        float[] cosine = new float[contextTokens * headWidth];
        float[] sine = new float[contextTokens * headWidth];
        for (int position = 0; position < contextTokens; position++) {
            for (int i = 0; i < half; i++) {
                int at = position * headWidth + i;
                cosine[at] = cosine[at + half] = table.cosines()[position * half + i];
                sine[at + half] = table.sines()[position * half + i];
                sine[at] = -sine[at + half];
            }
        }
        Shape shape = new Shape(contextTokens, headWidth);
        cosines = OwnedArray.of(manager, cosine, shape, type);
        sines = OwnedArray.of(manager, sine, shape, type);
    }

    /** @param positions [N] int64 */
    Factors at(NDArray positions) {
        return new Factors(Embedding.embedding(positions, cosines, SparseFormat.DENSE).singletonOrThrow().expandDims(1),
                Embedding.embedding(positions, sines, SparseFormat.DENSE).singletonOrThrow().expandDims(1));
    }

    /** @param x [N, heads, D] */
    static NDArray rotate(NDArray x, Factors factors) {
        Shape shape = x.getShape();
        NDArray swapped = x.reshape(shape.get(0), shape.get(1), 2, shape.get(2) / 2).flip(2).reshape(shape);
        return x.mul(factors.cosine).add(swapped.mul(factors.sine));
    }
}
