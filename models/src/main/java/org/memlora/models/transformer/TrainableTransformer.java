package org.memlora.models.transformer;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.lora.LoraConfig;
import org.memlora.models.weights.WeightSource;

/**
 * The transformer of {@link EagerExecutor} with one expert whose A and B require gradients; the base is frozen and requires none,
 * so a backward pass makes none for it and ends at the lowest layer of the expert. Threading: one thread.
 */
public final class TrainableTransformer implements AutoCloseable {
    private static final int VALUES_AT_ONCE = 1 << 24;
    private final TransformerConfig config;
    private final LoraAdapter start;
    private final int contextTokens;
    private final NDManager manager;
    private final CausalLanguageModel model;
    private final Map<LoraAdapter.Target, NDList> parameters = new LinkedHashMap<>();
    private final List<NDArray> frozen;
    private final BFloat16 narrow;
    private final TrainedInput input;

    /**
     * Prompt and completion of one example.
     *
     * @param tokens those from the vocabulary's size on stand for vectors of a {@link TrainedInput}; prompts only
     * @param completionStart index of the completion's first token, at least 1
     */
    public record Row(int[] tokens, int completionStart) {
        public Row {
            if (completionStart < 1 || completionStart >= tokens.length) {
                throw new IllegalArgumentException("the completion starts at token " + completionStart + " of " + tokens.length
                        + ", expected at least 1 and a completion of at least 1 token");
            }
        }

        public int completionTokens() {
            return tokens.length - completionStart;
        }
    }

    private TrainableTransformer(TransformerConfig config, WeightSource weights, LoraAdapter start, int contextTokens, BFloat16 narrow,
            TrainedInput input, NDManager manager) {
        this.narrow = narrow;
        this.input = input;
        this.config = config;
        this.start = start;
        this.contextTokens = contextTokens;
        this.manager = manager;
        WeightLoader loader = new WeightLoader(weights, config, manager, DataType.FLOAT32, narrow == null ? BlockArithmetic.PLAIN : narrow);
        model = new CausalLanguageModel(config, loader, List.of(start), contextTokens);
        frozen = new ArrayList<>(manager.getManagedArrays());
        Map<LoraAdapter.Target, NDList> found = model.trainable(start.name());
        found.keySet().stream().sorted(Comparator.comparingInt(LoraAdapter.Target::layer).thenComparing(LoraAdapter.Target::projection))
                .forEach(target -> parameters.put(target, found.get(target)));
        for (NDList pair : parameters.values()) {
            pair.forEach(array -> array.setRequiresGradient(true));
            frozen.removeIf(array -> pair.stream().anyMatch(trained -> trained == array));
        }
        if (input != null) {
            input.parameters().forEach(array -> array.setRequiresGradient(true));
        }
    }

    /**
     * @param start the expert's first weights
     * @param contextTokens longest row
     * @param precision of the products with the base's weights, but for the output matrix, which is float32
     * @throws IllegalArgumentException if the expert or a tensor doesn't fit the config; nothing is kept then
     */
    public static TrainableTransformer load(TransformerConfig config, WeightSource weights, LoraAdapter start, int contextTokens,
            Device device, Precision precision) {
        return load(config, weights, start, contextTokens, device, precision, null);
    }

    /** @param input trained as well; stays the caller's. null = none */
    public static TrainableTransformer load(TransformerConfig config, WeightSource weights, LoraAdapter start, int contextTokens,
            Device device, Precision precision, TrainedInput input) {
        start.requireFit(config);
        PyTorchThreads.configure();
        NDManager manager = NDManager.newBaseManager(device, "PyTorch");
        try {
            BFloat16 narrow = precision == Precision.BFLOAT16 ? new BFloat16(manager) : null;
            return new TrainableTransformer(config, weights, start, contextTokens, narrow, input, manager);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** For the arrays of a step; its sub-managers are on the model's device. */
    public NDManager manager() {
        return manager;
    }

    /** A [rank, in] and B [out, rank] of each layer of the expert, by layer, then projection. */
    public Map<LoraAdapter.Target, NDList> parameters() {
        return parameters;
    }

    /** All that is trained: A and B of each layer of the expert in their order, then the input's. */
    public List<NDArray> trained() {
        List<NDArray> all = new ArrayList<>();
        parameters.values().forEach(all::addAll);
        if (input != null) {
            all.addAll(input.parameters());
        }
        return all;
    }

    /**
     * Logits [n, V] that predict the rows' completion tokens, row after row; differentiable inside a gradient collector.
     * The output matrix is not computed for prompt tokens, a row's last token is not run, and what rows share from their
     * beginning on is run once.
     *
     * @param scratch owns what is made
     * @param dropout share of the expert's input values to drop, 0 outside of training
     * @param dropoutSeed decides which
     */
    public NDArray completionLogits(NDManager scratch, List<Row> rows, double dropout, long dropoutSeed) {
        List<int[]> run = new ArrayList<>();
        for (Row row : rows) {
            if (row.tokens.length - 1 > contextTokens) {
                throw new IllegalArgumentException("an example has " + row.tokens.length + " tokens, expected at most " + (contextTokens + 1));
            }
            run.add(Arrays.copyOf(row.tokens, row.tokens.length - 1));
        }
        PrefixTree tree = new PrefixTree(run);
        List<Long> predicting = new ArrayList<>();
        for (int i = 0; i < run.size(); i++) {
            for (int position = rows.get(i).completionStart - 1; position < run.get(i).length; position++) {
                predicting.add((long) tree.packedIndex(i, position));
            }
        }
        PackedBatch batch = new PackedBatch(scratch, tree, start.name(), config.slidingWindow(), DataType.FLOAT32);
        if (dropout > 0) {
            int widest = Math.max(config.heads() * config.headWidth(), Math.max(config.width(), config.feedForwardWidth()));
            batch.selection().dropout(new InputDropout(scratch, dropout, dropoutSeed, tree.tokens() * widest));
        }
        NDArray hidden = model.hidden(embedded(batch), batch, null);
        return model.logits(hidden.get(scratch.create(predicting.stream().mapToLong(Long::longValue).toArray())));
    }

    private NDArray embedded(PackedBatch batch) {
        long[] ids = batch.ids();
        int[] beyond = Arrays.stream(ids).filter(id -> id >= config.vocabularySize()).mapToInt(id -> (int) (id - config.vocabularySize())).toArray();
        if (beyond.length == 0) {
            return model.embed(batch.tokens());
        }
        long[] order = new long[ids.length];
        for (int i = 0, next = 0; i < ids.length; i++) {
            order[i] = ids[i] < config.vocabularySize() ? i : ids.length + next++;
        }
        NDArray words = model.embed(batch.tokens().minimum(config.vocabularySize() - 1));
        return NDArrays.concat(new NDList(words, input.vectors(batch.manager(), beyond)), 0).get(batch.manager().create(order));
    }

    public LoraConfig adapterConfig() {
        return start.config();
    }

    /** Tokens that {@link #completionLogits} runs for these rows. */
    public static int packedTokens(List<Row> rows) {
        return new PrefixTree(rows.stream().map(row -> Arrays.copyOf(row.tokens, row.tokens.length - 1)).toList()).tokens();
    }

    /** The expert as it is now. */
    public LoraAdapter adapter() {
        Map<LoraAdapter.Target, LoraAdapter.Weights> weights = new LinkedHashMap<>();
        parameters.forEach((target, pair) -> {
            Shape a = pair.get(0).getShape();
            weights.put(target, new LoraAdapter.Weights((int) a.get(0), (int) a.get(1), (int) pair.get(1).getShape().get(0),
                    pair.get(0).toFloatArray(), pair.get(1).toFloatArray()));
        });
        return new LoraAdapter(start.name(), start.config(), weights);
    }

    /** Writes values into an array of {@link #trained}, in place. */
    public void set(NDArray parameter, float[] values) {
        try (NDManager scratch = manager.newSubManager()) {
            parameter.set(new NDIndex(":"), scratch.create(values, parameter.getShape()));
        }
    }

    /** A checksum over all values of the base; the same before and after training. */
    public long frozenChecksum() {
        CRC32C checksum = new CRC32C();
        for (NDArray array : frozen) {
            if (narrow != null && narrow.isPacked(array)) {
                try (NDArray wide = narrow.unpack(array)) {
                    update(checksum, wide);
                }
            } else {
                update(checksum, array);
            }
        }
        return checksum.getValue();
    }

    /** In parts: a buffer's size in bytes is an int. */
    private static void update(CRC32C checksum, NDArray array) {
        try (NDArray flat = array.reshape(-1)) {
            for (long from = 0; from < flat.size(); from += VALUES_AT_ONCE) {
                try (NDArray part = flat.get(new NDIndex("{}:{}", from, Math.min(flat.size(), from + VALUES_AT_ONCE)))) {
                    checksum.update(part.toByteBuffer());
                }
            }
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
