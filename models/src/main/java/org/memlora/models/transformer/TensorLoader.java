package org.memlora.models.transformer;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.memlora.models.weights.WeightSource;

/** Reads tensors of a source into arrays of {@code manager}, decoded straight into native memory. */
public record TensorLoader(WeightSource source, NDManager manager) {

    /** @throws IllegalArgumentException if the tensor has another shape; names both */
    public NDArray load(String name, DataType type, long... expected) {
        long[] found = source.shape(name);
        if (!Arrays.equals(found, expected)) {
            throw new IllegalArgumentException(
                    "tensor " + name + " has shape " + Arrays.toString(found) + ", expected " + Arrays.toString(expected));
        }
        try (NDManager host = manager.newSubManager(Device.cpu())) {
            NDArray values = host.create(new Shape(expected), DataType.FLOAT32);
            ByteBuffer memory = values.size() < Integer.MAX_VALUE / 4 ? values.toByteBuffer(true) : null;
            if (memory != null && memory.isDirect()) {
                source.read(name, memory.order(ByteOrder.nativeOrder()).asFloatBuffer());
            } else {
                values = host.create(FloatBuffer.wrap(source.read(name)), new Shape(expected), DataType.FLOAT32).duplicate();
            }
            NDArray placed = values.toType(type, false).toDevice(manager.getDevice(), false);
            placed.attach(manager);
            return placed;
        }
    }
}
