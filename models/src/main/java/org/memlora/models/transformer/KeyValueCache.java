package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/** Keys and values of all rows, [rows, K, context, D] per layer, allocated once and written in place. */
final class KeyValueCache {
    private final NDArray[] keys;
    private final NDArray[] values;

    KeyValueCache(NDManager manager, TransformerConfig config, int rows, int contextTokens, DataType type) {
        keys = new NDArray[config.layers()];
        values = new NDArray[config.layers()];
        Shape shape = new Shape(rows, config.keyValueHeads(), contextTokens, config.headWidth());
        for (int layer = 0; layer < config.layers(); layer++) {
            keys[layer] = manager.zeros(shape, type);
            values[layer] = manager.zeros(shape, type);
        }
    }

    /** Writes [N, K, D] at the tokens' rows and positions. */
    void write(int layer, PackedBatch batch, NDArray key, NDArray value) {
        keys[layer].set(at(batch), key);
        values[layer].set(at(batch), value);
    }

    private static NDIndex at(PackedBatch batch) {
        return new NDIndex("{}, :, {}", batch.rows(), batch.positions());
    }

    /** A view [B, K, S, D] of the segment's rows. */
    NDArray keys(NDManager manager, int layer, PackedBatch.Segment segment) {
        return view(manager, keys[layer], segment);
    }

    /** A view [B, K, S, D] of the segment's rows. */
    NDArray values(NDManager manager, int layer, PackedBatch.Segment segment) {
        return view(manager, values[layer], segment);
    }

    private static NDArray view(NDManager manager, NDArray array, PackedBatch.Segment segment) {
        return array.get(manager, new NDIndex().addSliceDim(segment.firstRow(), segment.firstRow() + segment.rows())
                .addAllDim().addSliceDim(0, segment.keys()).addAllDim());
    }
}
