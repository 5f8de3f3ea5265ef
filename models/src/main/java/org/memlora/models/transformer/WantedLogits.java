package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Computes logits at the positions of a step where they are wanted, and for the wanted tokens only. */
final class WantedLogits {

    /**
     * @param packed the position among the step's N tokens
     * @param candidates the wanted tokens; empty = all
     * @param target where the logits go, at {@code index}
     */
    record Position(int packed, int[] candidates, float[][] target, int index) { }

    private WantedLogits() { }

    /** For positions that want the whole vocabulary. */
    static void whole(CausalLanguageModel model, NDArray hidden, List<Position> positions) {
        if (positions.isEmpty()) {
            return;
        }
        NDArray logits = model.logits(at(hidden, positions));
        float[] values = logits.toFloatArray();
        int width = values.length / positions.size();
        for (int i = 0; i < positions.size(); i++) {
            positions.get(i).target[positions.get(i).index] = Arrays.copyOfRange(values, i * width, (i + 1) * width);
        }
    }

    /** For positions with candidates: one product with the output rows of all their candidates together. */
    static void few(CausalLanguageModel model, NDArray hidden, List<Position> positions) {
        if (positions.isEmpty()) {
            return;
        }
        int[] union = positions.stream().flatMapToInt(position -> IntStream.of(position.candidates)).sorted().distinct().toArray();
        float[] values = model.logits(at(hidden, positions), union).toFloatArray();
        for (int i = 0; i < positions.size(); i++) {
            Position position = positions.get(i);
            int from = i * union.length;
            float[] row = new float[position.candidates.length];
            for (int c = 0; c < row.length; c++) {
                row[c] = values[from + Arrays.binarySearch(union, position.candidates[c])];
            }
            position.target[position.index] = row;
        }
    }

    static NDArray at(NDArray hidden, List<Position> positions) {
        if (positions.size() == hidden.getShape().get(0)) {
            return hidden;
        }
        return hidden.get(hidden.getManager().create(positions.stream().mapToLong(Position::packed).toArray()));
    }
}
