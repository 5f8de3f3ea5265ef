package org.memlora.models.vision.embedded;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.memlora.models.safetensors.SafetensorsType;
import org.memlora.models.safetensors.SafetensorsWriter;
import org.memlora.models.transformer.TensorLoader;
import org.memlora.models.weights.WeightSource;

/** Trained arrays by name, in the order in which they were asked for: read from a source, which must have them all, or all fresh. */
final class SightParameters {
    private final NDManager manager;
    private final WeightSource source;
    private final SplittableRandom random;
    private final Map<String, NDArray> arrays = new LinkedHashMap<>();

    /** @param source null = all are fresh @param seed of fresh ones */
    SightParameters(NDManager manager, WeightSource source, long seed) {
        this.manager = manager;
        this.source = source;
        this.random = new SplittableRandom(seed);
    }

    /** Fresh: uniform in +-bound. */
    NDArray get(String name, double bound, long... shape) {
        return keep(name, source != null ? new TensorLoader(source, manager).load(name, DataType.FLOAT32, shape) : uniform(bound, shape));
    }

    /** Fresh: all the same. */
    NDArray constant(String name, float value, long... shape) {
        return keep(name, source != null ? new TensorLoader(source, manager).load(name, DataType.FLOAT32, shape)
                : manager.full(new Shape(shape), value, DataType.FLOAT32));
    }

    NDArray keep(String name, NDArray array) {
        arrays.put(name, array);
        return array;
    }

    /** weight and bias of a linear layer; fresh as PyTorch begins. */
    NDArray[] linear(String name, long out, long in) {
        double bound = 1 / Math.sqrt(in);
        return new NDArray[] {get(name + ".weight", bound, out, in), constant(name + ".bias", 0, out)};
    }

    /** The same; fresh: all 0, so that what is added by the layer begins as nothing. */
    NDArray[] zeros(String name, long out, long in) {
        return new NDArray[] {constant(name + ".weight", 0, out, in), constant(name + ".bias", 0, out)};
    }

    private NDArray uniform(double bound, long... shape) {
        float[] values = new float[(int) new Shape(shape).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
        }
        try (NDManager scratch = manager.newSubManager()) {
            NDArray array = scratch.create(values, new Shape(shape)).duplicate();   // native memory of its own
            array.attach(manager);
            return array;
        }
    }

    Map<String, NDArray> arrays() {
        return arrays;
    }

    void set(NDArray array, float[] values) {
        try (NDManager scratch = manager.newSubManager()) {
            array.set(new NDIndex(":"), scratch.create(values, array.getShape()));
        }
    }

    void add(SafetensorsWriter writer) {
        arrays.forEach((name, array) -> writer.add(name, SafetensorsType.F16, array.getShape().getShape(), array.toFloatArray()));
    }
}
