package org.memlora.distillation.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.training.GradientCollector;
import java.util.Arrays;
import java.util.List;
import org.memlora.models.transformer.Scalar;
import org.memlora.models.transformer.TrainableTransformer;
import org.memlora.models.transformer.TrainableTransformer.Row;

/** Cross entropy of the completions' tokens, summed; prompts carry no loss. Natural logarithms. */
final class CompletionLoss {
    private CompletionLoss() { }

    /** Without gradients and dropout. */
    static double value(TrainableTransformer model, List<Row> rows) {
        try (NDManager scratch = model.manager().newSubManager()) {
            return sum(model, scratch, rows, 0, 0).getFloat();
        }
    }

    /**
     * Adds the gradients of the sum times {@code weight} to those of the parameters.
     *
     * @return the sum
     */
    static double backward(TrainableTransformer model, List<Row> rows, double weight, double dropout, long dropoutSeed) {
        try (NDManager scratch = model.manager().newSubManager();
                GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            NDArray sum = sum(model, scratch, rows, dropout, dropoutSeed);
            collector.backward(Scalar.times(sum, weight));
            return sum.getFloat();
        }
    }

    private static NDArray sum(TrainableTransformer model, NDManager scratch, List<Row> rows, double dropout, long dropoutSeed) {
        long[] labels = rows.stream().flatMapToLong(row -> Arrays.stream(row.tokens()).skip(row.completionStart()).asLongStream())
                .toArray();
        NDArray logProbabilities = model.completionLogits(scratch, rows, dropout, dropoutSeed).logSoftmax(1);
        NDArray chosen = logProbabilities.get(new NDIndex().addAllDim().addPickDim(scratch.create(labels).expandDims(1)));
        return chosen.sum().neg();
    }
}
