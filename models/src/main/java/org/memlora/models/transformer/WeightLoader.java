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
final class WeightLoader {
    private final WeightSource source;
    private final TransformerConfig config;
    private final WeightNames names;
    private final NDManager manager;
    private final DataType type;

    WeightLoader(WeightSource source, TransformerConfig config, NDManager manager, DataType type) {
        this.source = source;
        this.config = config;
        this.names = WeightNames.of(source);
        this.manager = manager;
        this.type = type;
    }

    NDManager manager() {
        return manager;
    }

    DataType type() {
        return type;
    }

    /** [V, C] */
    NDArray embedding() {
        return load(names.embedding(), type, config.vocabularySize(), config.width());
    }

    /** [V, C], or null when tied to the embedding. */
    NDArray output() {
        return source.contains(names.output()) ? load(names.output(), type, config.vocabularySize(), config.width()) : null;
    }

    RmsNorm finalNorm() {
        return norm(names.finalNorm());
    }

    RmsNorm norm(int layer, WeightNames.Norm norm) {
        return norm(names.norm(layer, norm, config.family()));
    }

    private RmsNorm norm(String name) {
        NDArray weight = load(name, DataType.FLOAT32, config.width());
        if (names.addsOneToNorms(config.family())) {
            weight.addi(1);
        }
        return new RmsNorm(weight, config.normEpsilon());
    }

    /** [out, in] */
    NDArray weight(int layer, Projection projection) {
        long[] shape = projection.shape(config);
        return halves(projection, load(names.projection(layer, projection) + ".weight", type, shape));
    }

    /** [out], or null. */
    NDArray bias(int layer, Projection projection) {
        String name = names.projection(layer, projection) + ".bias";
        return source.contains(name) ? halves(projection, load(name, type, projection.shape(config)[0])) : null;
    }

    /** Rows of q and k in the order of Hugging Face: first halves of a head, then second halves. */
    private NDArray halves(Projection projection, NDArray array) {
        if (!names.interleavesHeads(config.family()) || projection != Projection.QUERY && projection != Projection.KEY) {
            return array;
        }
        Shape shape = array.getShape();
        int heads = projection == Projection.QUERY ? config.heads() : config.keyValueHeads();
        try (NDManager scratch = manager.newSubManager()) {
            array.attach(scratch);
            NDArray ordered = array.reshape(heads, config.headWidth() / 2, 2, -1).transpose(0, 2, 1, 3).reshape(shape);
            ordered.attach(manager);
            return ordered;
        }
    }

    private NDArray load(String name, DataType target, long... expected) {
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
            NDArray placed = values.toType(target, false).toDevice(manager.getDevice(), false);
            placed.attach(manager);
            return placed;
        }
    }
}
