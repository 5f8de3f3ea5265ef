package org.memlora.models.transformer;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.memlora.models.weights.WeightSource;

/** Reads tensors of a source into arrays of {@code manager}, decoded straight into native memory. */
public record TensorLoader(WeightSource source, NDManager manager) {

    /** Values that one buffer of the engine holds: its size in bytes is an int. */
    private static final int MOST_AT_ONCE = Integer.MAX_VALUE / Float.BYTES;

    /** @throws IllegalArgumentException if the tensor has another shape; names both */
    public NDArray load(String name, DataType type, long... expected) {
        return load(MOST_AT_ONCE, name, type, expected);
    }

    /** Larger tensors (Gemma 2's embeddings) go by some rows at a time. */
    NDArray load(int mostAtOnce, String name, DataType type, long... expected) {
        long[] found = source.shape(name);
        if (!Arrays.equals(found, expected)) {
            throw new IllegalArgumentException(
                    "tensor " + name + " has shape " + Arrays.toString(found) + ", expected " + Arrays.toString(expected));
        }
        try (NDManager host = manager.newSubManager(Device.cpu())) {
            NDArray values = host.create(new Shape(expected), DataType.FLOAT32);
            ByteBuffer memory = values.size() <= mostAtOnce ? values.toByteBuffer(true) : null;
            if (memory != null && memory.isDirect()) {
                source.read(name, memory.order(ByteOrder.nativeOrder()).asFloatBuffer());
            } else if (values.size() > mostAtOnce && expected.length > 1) {
                byRows(name, values, mostAtOnce / 32);
            } else {
                values = host.create(FloatBuffer.wrap(source.read(name)), new Shape(expected), DataType.FLOAT32).duplicate();
            }
            NDArray placed = values.toType(type, false).toDevice(manager.getDevice(), false);
            placed.attach(manager);
            return placed;
        }
    }

    private void byRows(String name, NDArray values, int most) {
        long width = values.getShape().get(values.getShape().dimension() - 1);
        long rows = values.size() / width;
        int step = (int) Math.max(1, most / width);
        NDArray table = values.reshape(rows, width);   // shares the memory
        for (long from = 0; from < rows; from += step) {
            int count = (int) Math.min(step, rows - from);
            try (NDManager scratch = values.getManager().newSubManager()) {
                table.set(new NDIndex("{}:{}", from, from + count), scratch.create(source.readRows(name, from, count), new Shape(count, width)));
            }
        }
    }
}
