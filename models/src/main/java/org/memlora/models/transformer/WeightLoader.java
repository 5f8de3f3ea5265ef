package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.memlora.models.weights.WeightSource;

/** The weights of a transformer, by their role, as arrays of {@code manager}. */
final class WeightLoader {
    private final WeightSource source;
    private final TransformerConfig config;
    private final WeightNames names;
    private final NDManager manager;
    private final TensorLoader tensors;
    private final DataType type;
    private final BlockArithmetic arithmetic;

    WeightLoader(WeightSource source, TransformerConfig config, NDManager manager, DataType type) {
        this(source, config, manager, type, BlockArithmetic.PLAIN);
    }

    WeightLoader(WeightSource source, TransformerConfig config, NDManager manager, DataType type, BlockArithmetic arithmetic) {
        this.arithmetic = arithmetic;
        this.source = source;
        this.config = config;
        this.names = WeightNames.of(source);
        this.manager = manager;
        this.tensors = new TensorLoader(source, manager);
        this.type = type;
    }

    NDManager manager() {
        return manager;
    }

    DataType type() {
        return type;
    }

    BlockArithmetic arithmetic() {
        return arithmetic;
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
        return new RmsNorm(normWeight(name, DataType.FLOAT32), config.normEpsilon());
    }

    /** [C] in the type of the weights. */
    NDArray normWeight(int layer, WeightNames.Norm norm) {
        return normWeight(names.norm(layer, norm, config.family()), type);
    }

    private NDArray normWeight(String name, DataType wanted) {
        NDArray weight = load(name, wanted, config.width());
        if (names.addsOneToNorms(config.family())) {
            weight.addi(1);
        }
        return weight;
    }

    FrozenLinear linear(int layer, Projection projection) {
        return arithmetic.linear(projection, weight(layer, projection), bias(layer, projection));
    }

    /** [out, in] */
    NDArray weight(int layer, Projection projection) {
        long[] shape = projection.shape(config);
        return halves(projection, load(names.projection(layer, projection) + ".weight", type, shape));
    }

    boolean hasBias(int layer, Projection projection) {
        return source.contains(biasName(layer, projection));
    }

    /** [out], or null. */
    NDArray bias(int layer, Projection projection) {
        return hasBias(layer, projection) ? halves(projection, load(biasName(layer, projection), type, projection.shape(config)[0])) : null;
    }

    private String biasName(int layer, Projection projection) {
        return names.projection(layer, projection) + ".bias";
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
        return tensors.load(name, target, expected);
    }
}
