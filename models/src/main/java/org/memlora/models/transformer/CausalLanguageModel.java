package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.transformer.TransformerConfig.Family;
import org.memlora.models.transformer.WeightNames.Norm;

/** Embedding, blocks, final norm, output matrix; the experts' A and B beside the weights, never merged. */
final class CausalLanguageModel {
    private final TransformerConfig config;
    private final NDArray embedding;
    private final NDArray output;
    private final RmsNorm finalNorm;
    private final RotaryEmbedding rotary;
    private final List<TransformerBlock> blocks = new ArrayList<>();
    private final List<Map<Projection, LoraLinear>> projections = new ArrayList<>();
    private final DataType type;
    private final LayersScript script;

    /** Arrays belong to the loader's manager. The adapters fit the config: {@link LoraAdapter#requireFit}. */
    CausalLanguageModel(TransformerConfig config, WeightLoader loader, Collection<LoraAdapter> adapters, int contextTokens) {
        this(config, loader, adapters, contextTokens, null);
    }

    /** @param scripted the only cache that {@link #hidden} may be given, if all layers are to run in one call; null = operation by operation */
    CausalLanguageModel(TransformerConfig config, WeightLoader loader, Collection<LoraAdapter> adapters, int contextTokens, KeyValueCache scripted) {
        this.config = config;
        this.type = loader.type();
        embedding = loader.embedding();
        NDArray separate = loader.output();
        output = separate == null ? embedding : separate;
        finalNorm = loader.finalNorm();
        rotary = new RotaryEmbedding(loader.manager(), contextTokens, config.headWidth(), config.ropeTheta(), type);
        script = scripted == null ? null : new LayersScript(config, loader, adapters, scripted);
        for (int layer = 0; layer < config.layers() && script == null; layer++) {
            blocks.add(block(layer, loader, adapters));
        }
    }

    private TransformerBlock block(int layer, WeightLoader loader, Collection<LoraAdapter> adapters) {
        Map<Projection, LoraLinear> linear = new EnumMap<>(Projection.class);
        for (Projection projection : Projection.values()) {
            LoraLinear made = new LoraLinear(loader.linear(layer, projection));
            for (LoraAdapter adapter : adapters) {
                LoraAdapter.Weights values = adapter.weights().get(new LoraAdapter.Target(layer, projection));
                if (values != null) {
                    made.add(adapter, values, loader.manager(), type);
                }
            }
            made.stack(loader.manager());
            linear.put(projection, made);
        }
        projections.add(linear);
        boolean gemma = config.family() == Family.GEMMA2;
        return new TransformerBlock(loader.norm(layer, Norm.ATTENTION_INPUT),
                new CausalSelfAttention(config, layer, linear.get(Projection.QUERY), linear.get(Projection.KEY),
                        linear.get(Projection.VALUE), linear.get(Projection.OUTPUT)),
                gemma ? loader.norm(layer, Norm.ATTENTION_OUTPUT) : null, loader.norm(layer, Norm.FEED_FORWARD_INPUT),
                new FeedForward(linear.get(Projection.GATE), linear.get(Projection.UP), linear.get(Projection.DOWN),
                        loader.arithmetic(), gemma),
                gemma ? loader.norm(layer, Norm.FEED_FORWARD_OUTPUT) : null);
    }

    DataType type() {
        return type;
    }

    /** All layers run in one call. */
    boolean isScripted() {
        return script != null;
    }

    /**
     * A and B of each layer that an expert changes, to train them: with required gradients, {@link #hidden} without a cache and
     * {@link #logits} are differentiable. Stacks of mixed batches do not follow such changes.
     */
    Map<LoraAdapter.Target, NDList> trainable(String expert) {
        Map<LoraAdapter.Target, NDList> found = new LinkedHashMap<>();
        for (int layer = 0; layer < projections.size(); layer++) {
            for (Map.Entry<Projection, LoraLinear> entry : projections.get(layer).entrySet()) {
                NDList pair = entry.getValue().trainable(expert);
                if (pair != null) {
                    found.put(new LoraAdapter.Target(layer, entry.getKey()), pair);
                }
            }
        }
        return found;
    }

    /** The blocks' output [N, C], of the batch's manager; each block's own arrays end with the block. */
    NDArray hidden(PackedBatch batch, KeyValueCache cache) {
        return hidden(embed(batch.tokens()), batch, cache);
    }

    /** The same where some of the tokens are supplied ones. */
    NDArray hidden(PackedBatch batch, KeyValueCache cache, SuppliedEmbeddings supplied) {
        long[] ids = batch.ids();
        long[] at = IntStream.range(0, ids.length).filter(i -> ids[i] >= config.vocabularySize()).asLongStream().toArray();
        if (at.length == 0) {
            return hidden(batch, cache);
        }
        float[] vectors = new float[Math.multiplyExact(at.length, config.width())];
        for (int i = 0; i < at.length; i++) {
            supplied.copy((int) ids[(int) at[i]], vectors, i * config.width());
        }
        NDManager manager = batch.manager();
        NDArray x = embed(batch.tokens().minimum(config.vocabularySize() - 1));
        x.set(new NDIndex("{}", manager.create(at)), manager.create(vectors, new Shape(at.length, config.width())).toType(type, false));
        return hidden(x, batch, cache);
    }

    /** [N] to [N, C] */
    NDArray embed(NDArray tokens) {
        NDArray x = Embedding.embedding(tokens, embedding, SparseFormat.DENSE).singletonOrThrow();
        return config.embeddingScale() != 1 ? Scalar.times(x, config.embeddingScale()) : x;
    }

    /** From embeddings [N, C] that the caller made, e.g. with a gradient to a vision tower. */
    NDArray hidden(NDArray embedded, PackedBatch batch, KeyValueCache cache) {
        NDArray x = embedded;
        RotaryEmbedding.Factors factors = rotary.at(batch.positions());
        if (script != null) {
            return script.forward(x, batch, factors, cache);
        }
        for (TransformerBlock block : blocks) {
            try (NDManager scratch = batch.manager().newSubManager()) {
                x.attach(scratch);
                x = block.forward(x, batch, factors, cache);
                x.attach(batch.manager());
            }
        }
        return x;
    }

    /** [n, C] of {@link #hidden} to [n, V] float32. */
    NDArray logits(NDArray hidden) {
        return logits(hidden, output);
    }

    /** The same for some tokens only, [n, k]. */
    NDArray logits(NDArray hidden, int[] tokens) {
        NDManager manager = hidden.getManager();
        NDArray ids = manager.create(Arrays.stream(tokens).asLongStream().toArray());
        return logits(hidden, Embedding.embedding(ids, output, SparseFormat.DENSE).singletonOrThrow());
    }

    private NDArray logits(NDArray hidden, NDArray weight) {
        NDArray logits = Linear.linear(finalNorm.forward(hidden), weight).singletonOrThrow().toType(DataType.FLOAT32, false);
        double cap = config.logitSoftCap();
        return cap > 0 ? Scalar.times(Scalar.times(logits, 1 / cap).tanh(), cap) : logits;
    }
}
