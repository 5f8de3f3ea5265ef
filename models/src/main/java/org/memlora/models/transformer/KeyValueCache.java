package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
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

    /** Forgets what a row held, e.g. values that are no numbers: a hidden key's would still spoil a sum. */
    void clear(int row) {
        for (int layer = 0; layer < keys.length; layer++) {
            keys[layer].set(new NDIndex("{}", row), 0);
            values[layer].set(new NDIndex("{}", row), 0);
        }
    }

    NDList allKeys() {
        return new NDList(keys);
    }

    NDList allValues() {
        return new NDList(values);
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

    /** A copy of the row's first tokens, among the manager's arrays until closed. */
    SavedPrefix save(int row, int tokens) {
        NDList saved = new NDList();
        for (int layer = 0; layer < keys.length; layer++) {
            for (NDArray array : new NDArray[] {keys[layer], values[layer]}) {
                try (NDArray view = array.get(start(row, tokens))) {
                    saved.add(view.duplicate());
                }
            }
        }
        return new SavedPrefix(this, tokens, saved);
    }

    void restore(TransformerExecutor.KeyValuePrefix prefix, int row) {
        if (!(prefix instanceof SavedPrefix saved) || saved.origin != this || saved.arrays.isEmpty()) {
            throw new IllegalArgumentException("the prefix of " + prefix.tokens() + " tokens is closed or of another executor");
        }
        for (int layer = 0; layer < keys.length; layer++) {
            keys[layer].set(start(row, saved.tokens), saved.arrays.get(2 * layer));
            values[layer].set(start(row, saved.tokens), saved.arrays.get(2 * layer + 1));
        }
    }

    private static NDIndex start(int row, int tokens) {
        return new NDIndex().addSliceDim(row, row + 1).addAllDim().addSliceDim(0, tokens).addAllDim();
    }

    /** @param arrays keys and values [1, K, tokens, D] of layer after layer; empty once closed */
    record SavedPrefix(KeyValueCache origin, int tokens, NDList arrays) implements TransformerExecutor.KeyValuePrefix {
        @Override
        public long bytes() {
            return arrays.stream().mapToLong(array -> array.size() * array.getDataType().getNumOfBytes()).sum();
        }

        @Override
        public void close() {
            arrays.close();
            arrays.clear();
        }
    }

    private static NDArray view(NDManager manager, NDArray array, PackedBatch.Segment segment) {
        return array.get(manager, new NDIndex().addSliceDim(segment.firstRow(), segment.firstRow() + segment.rows())
                .addAllDim().addSliceDim(0, segment.keys()).addAllDim());
    }
}
