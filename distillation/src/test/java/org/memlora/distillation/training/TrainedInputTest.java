package org.memlora.distillation.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.transformer.DecoderWeights;
import org.memlora.models.transformer.Precision;
import org.memlora.models.transformer.TrainableTransformer;
import org.memlora.models.transformer.TrainableTransformer.Row;
import org.memlora.models.transformer.TrainedInput;

/** Vectors in place of words: the same loss as of the words they equal, and gradients that finite differences confirm. */
class TrainedInputTest {
    private static final String MODEL = "llama-tied";
    private static final int VOCABULARY = TinyModels.config(MODEL).vocabularySize();
    private static final int WIDTH = TinyModels.config(MODEL).width();
    private static final int[] PROMPT = {5, 9, 20, 7};
    private static final float STEP = 1e-2f;

    /** Its parameter is what it gives. */
    private record Table(NDArray rows) implements TrainedInput {
        @Override
        public List<NDArray> parameters() {
            return List.of(rows);
        }

        @Override
        public NDArray vectors(NDManager scratch, int[] indices) {
            long[] wanted = new long[indices.length];
            for (int i = 0; i < wanted.length; i++) {
                wanted[i] = indices[i];
            }
            return ai.djl.nn.core.Embedding.embedding(scratch.create(wanted), rows, ai.djl.ndarray.types.SparseFormat.DENSE).singletonOrThrow();
        }
    }

    private static Row row(int second, int third) {
        return new Row(new int[] {PROMPT[0], second, third, PROMPT[3], 30, 31}, 4);
    }

    @Test
    void suppliedWordsGiveTheWordsLossAndTheirGradientIsRight() {
        SafetensorsFile weights = SafetensorsFile.open(TinyModels.FOLDER.resolve(MODEL));
        DecoderWeights.Matrix words = new DecoderWeights(weights, TinyModels.config(MODEL)).embedding();
        float[] values = new float[2 * WIDTH];
        System.arraycopy(words.read(PROMPT[1], 1), 0, values, 0, WIDTH);
        System.arraycopy(words.read(PROMPT[2], 1), 0, values, WIDTH, WIDTH);
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Table table = new Table(manager.create(values, new Shape(2, WIDTH)).duplicate());
            try (TrainableTransformer model = TrainableTransformer.load(TinyModels.config(MODEL), weights, TinyModels.adapter(MODEL, "qv"), 64, Device.cpu(),
                    Precision.FLOAT32, table)) {
                List<Row> supplied = List.of(row(VOCABULARY, VOCABULARY + 1), row(VOCABULARY, VOCABULARY));
                double plain = CompletionLoss.value(model, List.of(row(PROMPT[1], PROMPT[2]), row(PROMPT[1], PROMPT[1])));
                assertThat(CompletionLoss.value(model, supplied)).isCloseTo(plain, within(1e-4));

                CompletionLoss.backward(model, supplied, 1, 0, 0);
                List<float[]> gradients = Gradients.take(model);
                assertThat(gradients).hasSize(2 * model.parameters().size() + 1);
                float[] gradient = gradients.get(gradients.size() - 1);
                int checked = 0;
                for (int i = 0; i < values.length; i += 5) {
                    float[] more = values.clone();
                    more[i] += STEP;
                    model.set(table.rows, more);
                    double above = CompletionLoss.value(model, supplied);
                    more[i] -= 2 * STEP;
                    model.set(table.rows, more);
                    double difference = (above - CompletionLoss.value(model, supplied)) / (2 * STEP);
                    assertThat((double) gradient[i]).as("value %d", i).isCloseTo(difference, within(0.02 * Math.max(1, Math.abs(difference))));
                    checked += Math.abs(difference) > 0.05 ? 1 : 0;
                }
                assertThat(checked).as("gradients that are not nearly 0").isPositive();
            }
        }
    }
}
