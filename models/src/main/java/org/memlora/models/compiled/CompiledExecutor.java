package org.memlora.models.compiled;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.memlora.models.GenerationRequest;
import org.memlora.models.NativeCalls;
import org.memlora.models.compiled.WeightLayout.Linear;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.transformer.DecoderWeights;
import org.memlora.models.transformer.InputChecks;
import org.memlora.models.transformer.SuppliedEmbeddings;
import org.memlora.models.transformer.TransformerConfig;
import org.memlora.models.transformer.TransformerExecutor;

/**
 * The transformer as a compiled graph on ONNX Runtime. Rows that feed one token each run as one batch; a row that feeds
 * several runs by itself, which costs nothing: the matrices are as busy with the tokens of one row as with those of many.
 */
public final class CompiledExecutor implements TransformerExecutor {
    private final TransformerConfig config;
    private final int rows;
    private final int contextTokens;
    private final InputChecks checks;
    private final Map<Linear, Map<String, float[]>> masks;
    private final DecoderWeights.Matrix embedding;
    private final DecoderWeights.Matrix output;
    private final OrtEnvironment environment;
    private final OrtSession blocks;
    private final OrtSession outputMatrix;
    private final KeyValueSlots cache;
    private final SuppliedEmbeddings supplied;
    private final Scratch embeddings = new Scratch();
    private final Scratch hiddenStates = new Scratch();
    private final Scratch outputInput = new Scratch();
    private final Scratch outputLogits = new Scratch();
    private boolean closed;

    /**
     * @param experts by the names that rows use
     * @param threads of ONNX Runtime
     * @throws IllegalArgumentException if an expert or a tensor doesn't fit the config; nothing is kept then
     */
    CompiledExecutor(TransformerConfig config, DecoderWeights weights, CompiledWeights compiled, Map<String, LoraAdapter> experts,
            int rows, int contextTokens, int threads) {
        InputChecks.requireLoadable(config, experts, rows, contextTokens);
        this.config = config;
        this.rows = rows;
        this.contextTokens = contextTokens;
        this.supplied = new SuppliedEmbeddings(config.vocabularySize(), config.width());
        this.checks = new InputChecks(rows, contextTokens, config.vocabularySize(), experts.keySet(), supplied::contains);
        ExpertStack stack = new ExpertStack(config, experts);
        this.masks = stack.masks();
        this.embedding = weights.embedding();
        this.output = weights.output();
        this.environment = OrtEnvironment.getEnvironment();
        this.cache = new KeyValueSlots(environment, config, rows, contextTokens);
        OrtSession opened = null;
        try {
            opened = Sessions.open(environment, DecoderGraph.blocks(config, weights, compiled, stack, contextTokens), compiled, threads);
            this.outputMatrix = Sessions.open(environment, DecoderGraph.output(config, compiled), compiled, threads);
        } catch (RuntimeException e) {
            Sessions.close(opened);
            cache.close();
            throw e;
        }
        this.blocks = opened;
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
        inputs.forEach(this::requireFed);
        cache.reserve(inputs.stream().mapToInt(input -> input.startPosition() + input.tokens().length).max().orElse(0));
        List<RowInput> single = inputs.stream().filter(input -> input.tokens().length == 1).toList();
        Map<RowInput, float[][]> hidden = new HashMap<>();
        try {
            if (!single.isEmpty()) {
                cache.gather(single.stream().mapToInt(RowInput::row).toArray());
                RowInput[] bySlot = new RowInput[single.size()];
                single.forEach(input -> bySlot[cache.slot(input.row())] = input);
                run(0, List.of(bySlot), hidden);
            }
            for (RowInput input : inputs) {
                if (input.tokens().length > 1) {
                    run(cache.slot(input.row()), List.of(input), hidden);
                }
            }
            return logits(inputs, hidden);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
        }
    }

    /** Rows in slots firstSlot .. with equally many tokens; keeps the last hidden states that are wanted. */
    private void run(int firstSlot, List<RowInput> batch, Map<RowInput, float[][]> hidden) throws OrtException {
        int size = batch.size();
        int tokens = batch.get(0).tokens().length;
        int width = config.width();
        int[] last = new int[size];
        int longest = 0;
        FloatBuffer embedded = embeddings.of(size * tokens * width);
        for (int i = 0; i < size; i++) {
            RowInput input = batch.get(i);
            last[i] = input.startPosition() + tokens - 1;
            longest = Math.max(longest, last[i] + 1);
            for (int token : input.tokens()) {
                embedded.put(embed(token));
            }
        }
        FloatBuffer result = hiddenStates.of(size * tokens * width);
        Map<String, OnnxTensor> inputs = new HashMap<>(cache.tensors(firstSlot, size));
        Map<String, OnnxTensor> outputs = new HashMap<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            for (String part : List.of("keys", "values")) {
                outputs.put(DecoderGraph.present(part, layer), inputs.get(DecoderGraph.past(part, layer)));
            }
        }
        List<OnnxTensor> own = new ArrayList<>();
        try {
            inputs.put(DecoderGraph.EMBEDDINGS, kept(own, embedded.rewind(), size, tokens, width));
            OnnxTensor positions = OnnxTensor.createTensor(environment, IntBuffer.wrap(last), new long[] {size});
            own.add(positions);
            inputs.put(DecoderGraph.LAST_POSITIONS, positions);
            OnnxTensor most = OnnxTensor.createTensor(environment, IntBuffer.wrap(new int[] {longest}), new long[0]);
            own.add(most);
            inputs.put(DecoderGraph.LONGEST, most);
            for (Map.Entry<Linear, Map<String, float[]>> mask : masks.entrySet()) {
                inputs.put(DecoderGraph.mask(mask.getKey()), mask(own, mask.getValue(), batch));
            }
            outputs.put(DecoderGraph.HIDDEN, kept(own, result, size, tokens, width));
            blocks.run(inputs, Set.of(), outputs).close();
        } finally {
            own.forEach(OnnxTensor::close);
        }
        for (int i = 0; i < size; i++) {
            RowInput input = batch.get(i);
            cache.setLength(input.row(), input.startPosition() + tokens);
            float[][] wanted = new float[input.logits()][width];
            for (int position = 0; position < wanted.length; position++) {
                result.get(((i + 1) * tokens - wanted.length + position) * width, wanted[position]);
            }
            hidden.put(input, wanted);
        }
    }

    private float[] embed(int token) {
        if (token >= config.vocabularySize()) {
            float[] vector = new float[config.width()];
            supplied.copy(token, vector, 0);
            return vector;
        }
        float[] values = embedding.read(token, 1);
        if (config.embeddingScale() != 1) {
            for (int i = 0; i < values.length; i++) {
                values[i] *= (float) config.embeddingScale();
            }
        }
        return values;
    }

    private OnnxTensor mask(List<OnnxTensor> own, Map<String, float[]> rowsByExpert, List<RowInput> batch) throws OrtException {
        int ranks = rowsByExpert.get(GenerationRequest.BASE).length;
        float[] values = new float[batch.size() * ranks];
        for (int i = 0; i < batch.size(); i++) {
            System.arraycopy(rowsByExpert.get(batch.get(i).expert()), 0, values, i * ranks, ranks);
        }
        return kept(own, FloatBuffer.wrap(values), batch.size(), 1, ranks);
    }

    private OnnxTensor kept(List<OnnxTensor> own, FloatBuffer values, long... shape) throws OrtException {
        OnnxTensor tensor = OnnxTensor.createTensor(environment, values, shape);
        own.add(tensor);
        return tensor;
    }

    /** The output matrix for the positions that need all of it, some of its rows for those with candidates. */
    private List<float[][]> logits(List<RowInput> inputs, Map<RowInput, float[][]> hidden) throws OrtException {
        List<float[][]> logits = new ArrayList<>();
        List<float[]> whole = new ArrayList<>();
        for (RowInput input : inputs) {
            if (input.candidates().length == 0) {
                whole.addAll(List.of(hidden.get(input)));
            }
        }
        float[][] computed = whole(whole);
        int next = 0;
        for (RowInput input : inputs) {
            float[][] states = hidden.get(input);
            float[][] found = new float[states.length][];
            for (int i = 0; i < states.length; i++) {
                found[i] = input.candidates().length == 0 ? computed[next++] : some(states[i], input.candidates());
            }
            logits.add(found);
        }
        return logits;
    }

    private float[][] whole(List<float[]> states) throws OrtException {
        float[][] logits = new float[states.size()][config.vocabularySize()];
        if (states.isEmpty()) {
            return logits;
        }
        FloatBuffer hidden = outputInput.of(states.size() * config.width());
        states.forEach(hidden::put);
        FloatBuffer result = outputLogits.of(states.size() * config.vocabularySize());
        try (OnnxTensor input = OnnxTensor.createTensor(environment, hidden.rewind(), new long[] {states.size(), config.width()});
                OnnxTensor pinned = OnnxTensor.createTensor(environment, result, new long[] {states.size(), config.vocabularySize()})) {
            outputMatrix.run(Map.of(DecoderGraph.HIDDEN, input), Set.of(), Map.of(DecoderGraph.LOGITS, pinned)).close();
        }
        for (int i = 0; i < logits.length; i++) {
            result.get(i * config.vocabularySize(), logits[i]);
        }
        return logits;
    }

    private float[] some(float[] state, int[] candidates) {
        float[] logits = new float[candidates.length];
        double cap = config.logitSoftCap();
        for (int i = 0; i < candidates.length; i++) {
            float[] row = output.read(candidates[i], 1);
            float sum = 0;
            for (int j = 0; j < row.length; j++) {
                sum += row[j] * state[j];
            }
            logits[i] = cap > 0 ? (float) (cap * Math.tanh(sum / cap)) : sum;
        }
        return logits;
    }

    @Override
    public KeyValuePrefix savePrefix(int row, int tokens) {
        requireOpen();
        checks.requireRow(row);
        return cache.save(row, tokens);
    }

    @Override
    public void restorePrefix(KeyValuePrefix prefix, int row) {
        requireOpen();
        checks.requireRow(row);
        cache.restore(prefix, row);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the executor is closed");
        }
    }

    private void requireFed(RowInput input) {
        if (input.startPosition() > cache.length(input.row())) {
            throw new IllegalArgumentException("row " + input.row() + " holds " + cache.length(input.row())
                    + " tokens, expected at least the start position " + input.startPosition());
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            NativeCalls.run(() -> {
                Sessions.close(blocks);
                Sessions.close(outputMatrix);
                cache.close();
            });
        }
    }
}
