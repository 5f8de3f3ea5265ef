package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/** Keys and values of all rows, [rows, K, context, D] per layer, allocated once and written in place. */
final class KeyValueCache {
    private final NDManager manager;
    private final NDArray[] keys;
    private final NDArray[] values;

    KeyValueCache(NDManager manager, TransformerConfig config, int rows, int contextTokens, DataType type) {
        this.manager = manager;
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

    /** A copy of the row's first tokens, with a manager of its own. */
    SavedPrefix save(int row, int tokens) {
        NDManager holder = manager.newSubManager();
        NDArray[] savedKeys = new NDArray[keys.length];
        NDArray[] savedValues = new NDArray[keys.length];
        for (int layer = 0; layer < keys.length; layer++) {
            savedKeys[layer] = copy(holder, keys[layer], row, tokens);
            savedValues[layer] = copy(holder, values[layer], row, tokens);
        }
        return new SavedPrefix(this, holder, tokens, savedKeys, savedValues);
    }

    private static NDArray copy(NDManager holder, NDArray array, int row, int tokens) {
        try (NDArray view = array.get(holder, start(row, tokens))) {
            return view.duplicate();
        }
    }

    void restore(TransformerExecutor.KeyValuePrefix prefix, int row) {
        if (!(prefix instanceof SavedPrefix saved) || saved.origin != this || !saved.holder.isOpen()) {
            throw new IllegalArgumentException("the prefix of " + prefix.tokens() + " tokens is closed or of another executor");
        }
        for (int layer = 0; layer < keys.length; layer++) {
            keys[layer].set(start(row, saved.tokens), saved.keys[layer]);
            values[layer].set(start(row, saved.tokens), saved.values[layer]);
        }
    }

    private static NDIndex start(int row, int tokens) {
        return new NDIndex().addSliceDim(row, row + 1).addAllDim().addSliceDim(0, tokens).addAllDim();
    }

    /** @param keys [1, K, tokens, D] per layer; so {@code values} */
    record SavedPrefix(KeyValueCache origin, NDManager holder, int tokens, NDArray[] keys, NDArray[] values)
            implements TransformerExecutor.KeyValuePrefix {
        @Override
        public long bytes() {
            return 2L * keys.length * keys[0].size() * keys[0].getDataType().getNumOfBytes();
        }

        @Override
        public void close() {
            holder.close();
        }
    }

    private static NDArray view(NDManager manager, NDArray array, PackedBatch.Segment segment) {
        return array.get(manager, new NDIndex().addSliceDim(segment.firstRow(), segment.firstRow() + segment.rows())
                .addAllDim().addSliceDim(0, segment.keys()).addAllDim());
    }
}
