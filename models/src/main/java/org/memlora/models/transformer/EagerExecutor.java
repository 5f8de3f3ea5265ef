package org.memlora.models.transformer;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.weights.WeightSource;

/**
 * The transformer as PyTorch operations: one after another on a CPU, the reference; on a GPU all layers in one call where
 * {@link LayersScript} can. Each call runs in steps of a limited number of tokens of all rows together.
 * Threading: one caller at a time.
 */
public final class EagerExecutor implements TransformerExecutor {
    static final int STEP_TOKENS = 512;
    static final int SCRIPTED_STEP_TOKENS = 2048;
    /** Of a layer in one call, what its tokens' keys, values and scores may take: each has those of its whole row. */
    private static final long SCRIPTED_STEP_BYTES = 1L << 30;

    private final TransformerConfig config;
    private final int rows;
    private final int contextTokens;
    private final InputChecks checks;
    private final NDManager manager;
    private final CausalLanguageModel model;
    private final KeyValueCache cache;
    private final SuppliedEmbeddings supplied;
    private final TokenChoice choice;
    private boolean closed;

    private EagerExecutor(TransformerConfig config, int rows, int contextTokens, Set<String> experts, NDManager manager,
            CausalLanguageModel model, KeyValueCache cache) {
        this.config = config;
        this.rows = rows;
        this.contextTokens = contextTokens;
        this.manager = manager;
        this.model = model;
        this.cache = cache;
        this.supplied = new SuppliedEmbeddings(config.vocabularySize(), config.width());
        this.checks = new InputChecks(rows, contextTokens, config.vocabularySize(), experts, supplied::contains);
        this.choice = new TokenChoice(manager, config.vocabularySize(), checks);
    }

    /** In float32. */
    public static EagerExecutor load(TransformerConfig config, WeightSource weights, Map<String, LoraAdapter> experts, int rows,
            int contextTokens, Device device) {
        return load(config, weights, experts, rows, contextTokens, device, DataType.FLOAT32);
    }

    /**
     * @param experts by the names that rows use
     * @param rows rows of the cache
     * @param type FLOAT32, or FLOAT16 on a GPU
     * @throws IllegalArgumentException if an expert or a tensor doesn't fit the config; nothing is kept then
     */
    public static EagerExecutor load(TransformerConfig config, WeightSource weights, Map<String, LoraAdapter> experts, int rows,
            int contextTokens, Device device, DataType type) {
        return load(config, weights, experts, rows, contextTokens, device, type, device.isGpu());
    }

    /** @param scripted all layers in one call where {@link LayersScript} can */
    static EagerExecutor load(TransformerConfig config, WeightSource weights, Map<String, LoraAdapter> experts, int rows,
            int contextTokens, Device device, DataType type, boolean scripted) {
        if (type != DataType.FLOAT32 && !(type == DataType.FLOAT16 && device.isGpu())) {
            throw new IllegalArgumentException("type is " + type + " on " + device + ", expected FLOAT32, or FLOAT16 on a GPU");
        }
        InputChecks.requireLoadable(config, experts, rows, contextTokens);
        Map<String, LoraAdapter> named = new LinkedHashMap<>();
        experts.forEach((name, adapter) -> named.put(name, adapter.withName(name)));
        PyTorchThreads.configure();
        NDManager manager = NDManager.newBaseManager(device, "PyTorch");
        try {
            WeightLoader loader = new WeightLoader(weights, config, manager, type);
            KeyValueCache cache = new KeyValueCache(manager, config, rows, contextTokens, type);
            CausalLanguageModel model = new CausalLanguageModel(config, loader, named.values(), contextTokens,
                    scripted && LayersScript.fits(config, loader) ? cache : null);
            return new EagerExecutor(config, rows, contextTokens, Set.copyOf(named.keySet()), manager, model, cache);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int contextTokens() {
        return contextTokens;
    }

    @Override
    public int vocabularySize() {
        return config.vocabularySize();
    }

    /** On a GPU: the logits of a whole vocabulary would cross to the host for each token. */
    @Override
    public boolean chooses() {
        return model.isScripted();
    }

    /** Native arrays that this executor holds; the same before and after each call, but for the masks of choices. */
    public int liveArrays() {
        return manager.getManagedArrays().size();
    }

    /** To train experts: {@link CausalLanguageModel#trainable}. */
    CausalLanguageModel model() {
        return model;
    }

    NDManager manager() {
        return manager;
    }

    @Override
    public int supplyEmbeddings(float[] vectors) {
        return supplied.add(vectors);
    }

    @Override
    public void dropEmbeddings(int first) {
        supplied.remove(first);
    }

    @Override
    public List<float[][]> forward(List<RowInput> inputs) {
        requireOpen();
        checks.require(inputs);
        List<float[][]> logits = inputs.stream().map(input -> new float[input.logits()][]).toList();
        int[] done = new int[inputs.size()];
        int open = inputs.size();
        while (open > 0) {
            List<Taken> step = take(inputs, done);
            run(inputs, step, logits);
            for (Taken taken : step) {
                done[taken.input] += taken.count;
                open -= done[taken.input] == inputs.get(taken.input).tokens().length ? 1 : 0;
            }
        }
        return logits;
    }

    @Override
    public KeyValuePrefix savePrefix(int row, int tokens) {
        requireOpen();
        checks.requireRow(row);
        if (tokens < 1 || tokens > contextTokens) {
            throw new IllegalArgumentException("a prefix of " + tokens + " tokens, expected 1 .. " + contextTokens);
        }
        return cache.save(row, tokens);
    }

    @Override
    public void restorePrefix(KeyValuePrefix prefix, int row) {
        requireOpen();
        checks.requireRow(row);
        cache.restore(prefix, row);
    }

    /** Tokens {@code from .. from + count - 1} of an input. */
    private record Taken(int input, int from, int count, int row) { }

    /** Rows with one token left come first, by row, so that neighbours attend together. */
    private List<Taken> take(List<RowInput> inputs, int[] done) {
        List<Taken> left = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            int count = inputs.get(i).tokens().length - done[i];
            if (count > 0) {
                left.add(new Taken(i, done[i], count, inputs.get(i).row()));
            }
        }
        left.sort(Comparator.comparing((Taken taken) -> taken.count > 1).thenComparing(Taken::row));
        List<Taken> step = new ArrayList<>();
        int longest = 0;
        int tokens = 0;
        for (Taken taken : left) {
            longest = Math.max(longest, inputs.get(taken.input).startPosition() + taken.from + taken.count);
            int count = Math.min(most(longest) - tokens, taken.count);
            if (count < 1 && !step.isEmpty()) {
                break;
            }
            count = Math.max(count, 1);
            tokens += count;
            step.add(new Taken(taken.input, taken.from, count, taken.row));
        }
        return step;
    }

    /** Tokens of a step whose longest row has so many. */
    private int most(int longest) {
        if (!model.isScripted()) {
            return STEP_TOKENS;
        }
        long values = (2L * config.keyValueHeads() * config.headWidth() + 3L * config.heads()) * longest;
        return (int) Math.min(SCRIPTED_STEP_TOKENS + rows, SCRIPTED_STEP_BYTES / (values * model.type().getNumOfBytes()));
    }

    private void run(List<RowInput> inputs, List<Taken> step, List<float[][]> logits) {
        List<PackedBatch.Piece> pieces = new ArrayList<>();
        List<WantedLogits.Position> whole = new ArrayList<>();
        List<WantedLogits.Position> few = new ArrayList<>();
        List<WantedLogits.Position> choices = new ArrayList<>();
        int packed = 0;
        for (Taken taken : step) {
            RowInput input = inputs.get(taken.input);
            int end = taken.from + taken.count;
            pieces.add(new PackedBatch.Piece(input.row(), input.startPosition() + taken.from,
                    Arrays.copyOfRange(input.tokens(), taken.from, end), input.expert()));
            int firstWanted = input.tokens().length - input.logits();
            for (int token = Math.max(taken.from, firstWanted); token < end; token++) {
                (input.choice() ? choices : input.candidates().length == 0 ? whole : few).add(new WantedLogits.Position(packed + token - taken.from,
                        input.candidates(), logits.get(taken.input), token - firstWanted));
            }
            packed += taken.count;
        }
        try (NDManager scratch = manager.newSubManager()) {
            NDArray hidden = model.hidden(new PackedBatch(scratch, pieces, config.slidingWindow(), model.type()), cache, supplied);
            WantedLogits.whole(model, hidden, whole);
            WantedLogits.few(model, hidden, few);
            choice.make(model, hidden, choices);
            for (Taken taken : step) {
                float[][] found = logits.get(taken.input);
                float[] last = found.length == 0 ? null : found[found.length - 1];
                if (last != null && Float.isNaN(last[last.length - 1])) {
                    cache.clear(taken.row);
                }
            }
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the executor is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
        manager.close();
    }
}
