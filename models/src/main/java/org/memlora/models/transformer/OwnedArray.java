package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/** Arrays that hold their values in native memory of their own: one made of Java's, toType too, may alias what ends with its manager. */
final class OwnedArray {
    private OwnedArray() { }

    static NDArray of(NDManager manager, float[] values, Shape shape, DataType type) {
        if (values.length == 0) {
            return manager.zeros(shape, type);
        }
        try (NDManager scratch = manager.newSubManager()) {
            NDArray array = scratch.create(values, shape).toType(type, false).duplicate();
            array.attach(manager);
            return array;
        }
    }
}
