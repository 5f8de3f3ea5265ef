package org.memlora.models.vision.embedded;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.ArrayList;
import java.util.List;
import org.memlora.models.safetensors.SafetensorsWriter;
import org.memlora.models.tokenizer.Tokenizer;
import org.memlora.models.transformer.DecoderWeights;
import org.memlora.models.transformer.PyTorchThreads;
import org.memlora.models.transformer.TrainedInput;
import org.memlora.models.vision.embedded.SightConfig.Attribute;
import org.memlora.models.weights.WeightSource;

/**
 * What the eyes saw to vectors of the transformer's width, in two layers. A part of the hidden layer are the shares of the attributes' values, and
 * their output weights begin as the transformer's own embeddings of the values' words: from the first step on, a red star is near "red" and "star".
 * Threading: one thread.
 */
public final class WordProjector implements TrainedInput, AutoCloseable {
    private static final String HIDDEN = "projector.hidden";
    private static final String OUTPUT = "projector.output";

    private final SightConfig config;
    private final NDManager manager;
    private final SightParameters parameters;
    private final NDArray[] hidden;
    private final NDArray[] output;
    private final List<float[]> known = new ArrayList<>();

    private WordProjector(SightConfig config, int transformerWidth, WeightSource source, long seed, NDManager manager) {
        this.config = config;
        this.manager = manager;
        parameters = new SightParameters(manager, source, seed);
        hidden = parameters.linear(HIDDEN, config.projectorWidth(), config.featureWidth() - config.values());
        output = new NDArray[] {parameters.constant(OUTPUT + ".weight", 0, transformerWidth, (long) config.values() + config.projectorWidth()),
            parameters.constant(OUTPUT + ".bias", 0, transformerWidth)};
    }

    private static WordProjector make(SightConfig config, int transformerWidth, WeightSource source, long seed, Device device) {
        PyTorchThreads.configure();
        NDManager manager = NDManager.newBaseManager(device, "PyTorch");
        try {
            return new WordProjector(config, transformerWidth, source, seed, manager);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    static boolean isIn(WeightSource source) {
        return source.contains(HIDDEN + ".weight") && source.contains(OUTPUT + ".weight");
    }

    /** @throws IllegalArgumentException if a tensor doesn't fit; nothing is kept then */
    public static WordProjector load(SightConfig config, int transformerWidth, WeightSource trained, Device device) {
        return make(config, transformerWidth, trained, 0, device);
    }

    /** Untrained. @param words the transformer's embeddings */
    public static WordProjector fresh(SightConfig config, DecoderWeights.Matrix words, Tokenizer tokenizer, long seed, Device device) {
        WordProjector made = make(config, words.columns(), null, seed, device);
        int columns = config.values() + config.projectorWidth();
        float[] weight = new float[words.columns() * columns];
        int value = 0;
        for (Attribute attribute : config.attributes()) {
            for (String word : attribute.words()) {
                float[] mean = word.isEmpty() ? new float[words.columns()] : mean(words, tokenizer.encode(" " + word));
                for (int i = 0; i < mean.length; i++) {
                    weight[i * columns + value] = mean[i];
                }
                value++;
            }
        }
        made.parameters.set(made.output[0], weight);
        return made;
    }

    private static float[] mean(DecoderWeights.Matrix words, int[] tokens) {
        float[] mean = new float[words.columns()];
        for (int token : tokens) {
            float[] row = words.read(token, 1);
            for (int i = 0; i < mean.length; i++) {
                mean[i] += row[i] / tokens.length;
            }
        }
        return mean;
    }

    @Override
    public List<NDArray> parameters() {
        return List.copyOf(parameters.arrays().values());
    }

    /** Puts values into {@link #parameters}. */
    public void set(List<float[]> values) {
        List<NDArray> arrays = parameters();
        for (int i = 0; i < arrays.size(); i++) {
            parameters.set(arrays.get(i), values.get(i));
        }
    }

    /** For training: keeps the picture. @return the index of its first row; the others follow it */
    public int keep(ObjectFeatures features) {
        known.addAll(List.of(features.rows()));
        return known.size() - features.rows().length;
    }

    @Override
    public NDArray vectors(NDManager scratch, int[] indices) {
        float[][] rows = new float[indices.length][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = known.get(indices[i]);
        }
        return forward(scratch, rows);
    }

    /** Row-major [rows, C]. */
    public float[] vectors(ObjectFeatures features) {
        try (NDManager scratch = manager.newSubManager()) {
            return forward(scratch, features.rows()).toFloatArray();
        }
    }

    private NDArray forward(NDManager scratch, float[][] rows) {
        int width = config.featureWidth();
        float[] values = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, values, i * width, width);
        }
        NDArray features = scratch.create(values, new Shape(rows.length, width));
        NDArray shares = features.get(new NDIndex().addAllDim().addSliceDim(0, config.values()));
        NDArray rest = features.get(new NDIndex().addAllDim().addSliceDim(config.values(), width));
        return MixingLayer.linear(NDArrays.concat(new NDList(shares, Activation.gelu(MixingLayer.linear(rest, hidden))), 1), output);
    }

    /** In float16. */
    public void add(SafetensorsWriter writer) {
        parameters.add(writer);
    }

    @Override
    public void close() {
        manager.close();
    }
}
