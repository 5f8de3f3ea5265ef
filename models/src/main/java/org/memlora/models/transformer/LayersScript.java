package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.transformer.TransformerConfig.Family;
import org.memlora.models.transformer.WeightNames.Norm;

/**
 * All layers of a Llama or Qwen2 model in one call of TorchScript (layers.py): a GPU waits for the host, and one operation after another
 * through JNI keeps it waiting. Query, key and value are one product, so are gate and up; all experts' A and B are stacked, an expert's
 * scaling lies in its B, and a token's mask chooses its columns. Threading: one caller at a time.
 */
final class LayersScript {
    private static final List<Projection> ATTENTION_INPUT = List.of(Projection.QUERY, Projection.KEY, Projection.VALUE);

    private final TransformerConfig config;
    private final NDManager manager;
    private final DataType type;
    private final LoraSelection.Layout columns;
    private final KeyValueCache cache;
    private final TorchScript script;

    /** What the script can't run: Gemma 2, layers that see a window only, and biases but those of query, key and value together. */
    static boolean fits(TransformerConfig config, WeightLoader loader) {
        return config.family() != Family.GEMMA2 && config.attentionSoftCap() == 0 && !config.slidingLayers().contains(true)
                && IntStream.range(0, config.layers()).allMatch(layer ->
                        Stream.of(Projection.OUTPUT, Projection.GATE, Projection.UP, Projection.DOWN).noneMatch(projection -> loader.hasBias(layer, projection))
                        && ATTENTION_INPUT.stream().map(projection -> loader.hasBias(layer, projection)).distinct().count() == 1);
    }

    /** Arrays belong to the loader's manager. The adapters fit the config. */
    LayersScript(TransformerConfig config, WeightLoader loader, Collection<LoraAdapter> adapters, KeyValueCache cache) {
        this.config = config;
        this.manager = loader.manager();
        this.type = loader.type();
        columns = new LoraSelection.Layout(adapters.stream().map(adapter -> new LoraSelection.Part(adapter.name(),
                adapter.weights().values().stream().mapToInt(LoraAdapter.Weights::rank).max().orElse(0), 1)).toList());
        this.cache = cache;
        script = new TorchScript("layers", manager);
        NDList weights = new NDList();
        for (int layer = 0; layer < config.layers(); layer++) {
            weights.add(loader.normWeight(layer, Norm.ATTENTION_INPUT));
            addWeights(weights, loader, layer, ATTENTION_INPUT);
            weights.add(loader.hasBias(layer, Projection.QUERY) ? joined(layer, ATTENTION_INPUT, loader::bias) : manager.zeros(new Shape(0), type));
            addExperts(weights, adapters, layer, ATTENTION_INPUT);
            addWeights(weights, loader, layer, List.of(Projection.OUTPUT));
            addExperts(weights, adapters, layer, List.of(Projection.OUTPUT));
            weights.add(loader.normWeight(layer, Norm.FEED_FORWARD_INPUT));
            addWeights(weights, loader, layer, List.of(Projection.GATE, Projection.UP));
            addExperts(weights, adapters, layer, List.of(Projection.GATE, Projection.UP));
            addWeights(weights, loader, layer, List.of(Projection.DOWN));
            addExperts(weights, adapters, layer, List.of(Projection.DOWN));
        }
        try (NDManager scratch = manager.newSubManager()) {
            NDList inputs = new NDList(scratch.create((float) config.normEpsilon()));
            inputs.addAll(named("weights[]", weights));
            inputs.addAll(named("keys[]", cache.allKeys()));
            inputs.addAll(named("values[]", cache.allValues()));
            script.call("keep", inputs, false).close();
        }
    }

    private static NDList named(String name, NDList arrays) {
        arrays.forEach(array -> array.setName(name));
        return arrays;
    }

    private interface Loading {
        NDArray load(int layer, Projection projection);
    }

    private void addWeights(NDList weights, WeightLoader loader, int layer, List<Projection> projections) {
        weights.add(joined(layer, projections, loader::weight));
    }

    /** One below the other; the query's with the scale of the scores. */
    private NDArray joined(int layer, List<Projection> projections, Loading loading) {
        try (NDManager scratch = manager.newSubManager()) {
            NDList parts = new NDList();
            for (Projection projection : projections) {
                NDArray part = loading.load(layer, projection);
                part.attach(scratch);
                parts.add(projection == Projection.QUERY ? Scalar.times(part, config.attentionScale()) : part);
            }
            NDArray joined = parts.size() == 1 ? parts.get(0) : NDArrays.concat(parts, 0);
            joined.attach(manager);
            return joined;
        }
    }

    /** A [p * R, in] and B [out of all, p * R] of p projections: each has R columns of its own. */
    private void addExperts(NDList weights, Collection<LoraAdapter> adapters, int layer, List<Projection> projections) {
        int rank = columns.parts().stream().mapToInt(LoraSelection.Part::rank).sum();
        int in = (int) projections.get(0).shape(config)[1];
        int out = projections.stream().mapToInt(projection -> (int) projection.shape(config)[0]).sum();
        int width = projections.size() * rank;
        float[] a = new float[width * in];
        float[] b = new float[out * width];
        int firstOut = 0;
        int column = 0;
        for (Projection projection : projections) {
            int index = 0;
            for (LoraAdapter adapter : adapters) {
                LoraAdapter.Weights values = adapter.weights().get(new LoraAdapter.Target(layer, projection));
                if (values != null) {
                    System.arraycopy(values.a(), 0, a, column * in, values.a().length);
                    double scaling = adapter.config().scaling(values.rank()) * (projection == Projection.QUERY ? config.attentionScale() : 1);
                    for (int row = 0; row < values.out(); row++) {
                        for (int r = 0; r < values.rank(); r++) {
                            b[(firstOut + row) * width + column + r] = (float) (values.b()[row * values.rank() + r] * scaling);
                        }
                    }
                }
                column += columns.parts().get(index++).rank();
            }
            firstOut += (int) projection.shape(config)[0];
        }
        weights.add(OwnedArray.of(manager, a, new Shape(width, in), type));
        weights.add(OwnedArray.of(manager, b, new Shape(out, width), type));
    }

    /** Embeddings [N, C] to the last layer's output [N, C], of the batch's manager. @param written the cache that this was made with */
    NDArray forward(NDArray embedded, PackedBatch batch, RotaryEmbedding.Factors rotary, KeyValueCache written) {
        if (written != cache) {
            throw new IllegalArgumentException("all layers in one call write to the cache that they were made with, and have no gradients");
        }
        JniUtils.setGraphExecutorOptimize(false);   // of this thread: compiled anew for each new shape, it would stand still for seconds
        NDArray experts = columns.parts().isEmpty() ? batch.manager().zeros(new Shape(embedded.getShape().get(0), 0), type)
                : batch.selection().mask(columns);
        NDArray hidden = script.call("forward", new NDList(embedded, rotary.cosine(), rotary.sine(), batch.rows(), batch.positions(),
                batch.places(), experts), false);
        hidden.attach(batch.manager());
        return hidden;
    }
}
