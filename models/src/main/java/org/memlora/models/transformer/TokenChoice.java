package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Chooses tokens where the logits are: only the token and its probability cross to the host. The candidates of a choice are kept as a
 * mask beside the weights, since the rows of a stage share them.
 */
final class TokenChoice {
    /** A mask is as long as the vocabulary: 64 of 150,000 tokens are 38 MB. */
    private static final int MOST_MASKS = 64;

    private final NDManager manager;
    private final int vocabularySize;
    private final InputChecks checks;
    private final Map<int[], NDArray> masks = new IdentityHashMap<>();

    TokenChoice(NDManager manager, int vocabularySize, InputChecks checks) {
        this.manager = manager;
        this.vocabularySize = vocabularySize;
        this.checks = checks;
    }

    /** Writes to each target's row the candidate with the largest logit, and its probability among the candidates. */
    void make(CausalLanguageModel model, NDArray hidden, List<WantedLogits.Position> positions) {
        if (positions.isEmpty()) {
            return;
        }
        NDArray logits = model.logits(WantedLogits.at(hidden, positions)).add(allowed(hidden.getManager(), positions));
        NDArray largest = logits.max(new int[] {1}, true);
        NDArray sums = logits.sub(largest).exp().sum(new int[] {1});
        float[] found = NDArrays.concat(new NDList(logits.argMax(1).toType(DataType.FLOAT32, false), sums), 0).toFloatArray();
        for (int i = 0; i < positions.size(); i++) {
            positions.get(i).target()[positions.get(i).index()] = new float[] {found[i], 1 / found[positions.size() + i]};
        }
    }

    /** [n, V], or [1, V] if all have the same candidates. */
    private NDArray allowed(NDManager scratch, List<WantedLogits.Position> positions) {
        if (masks.size() > MOST_MASKS) {
            masks.values().forEach(NDArray::close);
            masks.clear();
        }
        NDList rows = new NDList();
        for (WantedLogits.Position position : positions) {
            rows.add(masks.computeIfAbsent(position.candidates(), this::mask));
        }
        boolean same = rows.stream().allMatch(row -> row == rows.get(0));
        if (same) {
            return rows.get(0);
        }
        NDArray all = NDArrays.concat(rows, 0);
        all.attach(scratch);
        return all;
    }

    private NDArray mask(int[] candidates) {
        checks.requireCandidates(candidates);
        float[] values = new float[vocabularySize];
        Arrays.fill(values, Float.NEGATIVE_INFINITY);
        for (int candidate : candidates) {
            values[candidate] = 0;
        }
        return OwnedArray.of(manager, values, new Shape(1, vocabularySize), DataType.FLOAT32);
    }
}
