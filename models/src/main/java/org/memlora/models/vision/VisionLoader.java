package org.memlora.models.vision;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.memlora.models.transformer.TensorLoader;
import org.memlora.models.weights.WeightSource;

/** A tower's layers from {@link VisionWeights}, as arrays of {@code manager}. */
final class VisionLoader {
    private final WeightSource source;
    private final TensorLoader tensors;
    private final NDManager manager;
    private final DataType type;

    VisionLoader(WeightSource source, NDManager manager, DataType type) {
        this.source = source;
        this.tensors = new TensorLoader(source, manager);
        this.manager = manager;
        this.type = type;
    }

    NDManager manager() {
        return manager;
    }

    DataType type() {
        return type;
    }

    NDArray vector(String name, long size) {
        return tensors.load(name, type, size);
    }

    /** The tensor, seen as [rows, columns]. */
    NDArray matrix(String name, long rows, long columns, long... shape) {
        NDArray loaded = tensors.load(name, type, shape);
        NDArray matrix = loaded.reshape(rows, columns);
        matrix.attach(manager);
        if (matrix != loaded) {
            loaded.close();
        }
        return matrix;
    }

    /** [out, in] and, where the file has one, a bias [out]. */
    Affine linear(String name, long out, long in) {
        String bias = name + ".bias";
        return new Affine(tensors.load(name + ".weight", type, out, in), source.contains(bias) ? vector(bias, out) : null);
    }

    LayerNormalisation norm(String name, long width, double epsilon) {
        return new LayerNormalisation(vector(name + ".weight", width), vector(name + ".bias", width), new Shape(width), (float) epsilon);
    }
}
