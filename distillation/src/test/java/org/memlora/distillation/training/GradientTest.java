package org.memlora.distillation.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.transformer.Precision;
import org.memlora.models.transformer.TrainableTransformer;
import org.memlora.models.transformer.TrainableTransformer.Row;

class GradientTest {
    private static final double DROPOUT = 0.3;

    @ParameterizedTest
    @CsvSource({"llama-tied, qv", "llama-tied, all", "llama-untied, qv", "llama-untied, all", "qwen2-tied, qv", "qwen2-tied, all",
        "qwen2-untied, qv", "qwen2-untied, all", "gemma2, qv", "gemma2, all"})
    void lossAndGradientsEqualPeftAndPyTorch(String name, String expert) throws IOException {
        SafetensorsFile expected = SafetensorsFile.open(TinyModels.FIXTURES.resolve(name + "-" + expert + ".safetensors"));
        double[] losses = new ObjectMapper().readValue(expected.metadata().get("losses"), double[].class);
        List<Row> rows = TinyModels.rows();
        double count = TinyModels.completionTokens(rows);
        try (TrainableTransformer model = TinyModels.load(name, expert)) {
            double most = 0;
            List<NDArray> parameters = TrainerState.parameters(model);
            float rate = (float) TinyModels.settings().get("rate").asDouble();
            for (int step = 0; step < losses.length - 1; step++) {
                double loss = CompletionLoss.backward(model, rows, 1 / count, 0, 0) / count;
                assertThat(loss).as("loss before step %d", step).isCloseTo(losses[step], Offset.offset(1e-4));
                List<float[]> gradients = Gradients.take(model);
                if (step == 0) {
                    most = requireEqual(model, expected, "gradient.", gradients);
                }
                Gradients.clip(gradients, TinyModels.settings().get("clip").asDouble());
                for (int i = 0; i < parameters.size(); i++) {
                    float[] values = parameters.get(i).toFloatArray();
                    for (int j = 0; j < values.length; j++) {
                        values[j] -= rate * gradients.get(i)[j];
                    }
                    model.set(parameters.get(i), values);
                }
            }
            assertThat(CompletionLoss.value(model, rows) / count).isCloseTo(losses[losses.length - 1], Offset.offset(1e-4));
            requireEqual(model, expected, "after.", parameters.stream().map(NDArray::toFloatArray).toList());
            System.out.printf("%s %s: largest relative difference of gradients %.1e%n", name, expert, most);
        }
    }

    @ParameterizedTest
    // The random weights of qwen2-untied magnify any noise.
    @CsvSource({"llama-tied, all, 0.995", "qwen2-untied, all, 0.8", "gemma2, all, 0.995"})
    void bfloat16IsNearFloat32AndLeavesTheBaseAsItIs(String name, String expert, double least) {
        List<Row> rows = TinyModels.rows();
        double count = TinyModels.completionTokens(rows);
        try (TrainableTransformer wide = TinyModels.load(name, expert);
                TrainableTransformer narrow = TinyModels.load(name, expert, Precision.BFLOAT16)) {
            long frozen = narrow.frozenChecksum();
            double wideLoss = CompletionLoss.backward(wide, rows, 1 / count, 0, 0) / count;
            double narrowLoss = CompletionLoss.backward(narrow, rows, 1 / count, 0, 0) / count;
            assertThat(narrowLoss).isCloseTo(wideLoss, Percentage.withPercentage(0.5)).isNotEqualTo(wideLoss);
            List<float[]> wideGradients = Gradients.take(wide);
            List<float[]> narrowGradients = Gradients.take(narrow);
            double dot = 0;
            double wideSquares = 0;
            double narrowSquares = 0;
            for (int i = 0; i < wideGradients.size(); i++) {
                for (int j = 0; j < wideGradients.get(i).length; j++) {
                    dot += (double) wideGradients.get(i)[j] * narrowGradients.get(i)[j];
                    wideSquares += (double) wideGradients.get(i)[j] * wideGradients.get(i)[j];
                    narrowSquares += (double) narrowGradients.get(i)[j] * narrowGradients.get(i)[j];
                }
            }
            double cosine = dot / Math.sqrt(wideSquares * narrowSquares);
            double lengths = Math.sqrt(narrowSquares / wideSquares);
            System.out.printf("%s %s: loss %.4f in bfloat16, %.4f in float32; cosine of the gradients %.5f, ratio of their lengths %.4f%n", name, expert,
                    narrowLoss, wideLoss, cosine, lengths);
            assertThat(cosine).isGreaterThan(least);
            assertThat(lengths).isCloseTo(1, Percentage.withPercentage(15));
            assertThat(narrow.frozenChecksum()).isEqualTo(frozen);
        }
    }

    /** The largest difference of a parameter's gradients, as a share of the largest of them. */
    private static double requireEqual(TrainableTransformer model, SafetensorsFile expected, String prefix, List<float[]> found) {
        double most = 0;
        List<String> names = names(model);
        for (int i = 0; i < names.size(); i++) {
            float[] want = expected.read(prefix + names.get(i));
            double difference = 0;
            double largest = 0;
            for (int j = 0; j < want.length; j++) {
                difference = Math.max(difference, Math.abs(want[j] - found.get(i)[j]));
                largest = Math.max(largest, Math.abs(want[j]));
            }
            assertThat(difference / largest).as("relative difference of %s, whose largest is %s", names.get(i), largest).isLessThan(2e-4);
            most = Math.max(most, difference / largest);
        }
        return most;
    }

    /** As PEFT names them, in the order of the parameters. */
    private static List<String> names(TrainableTransformer model) {
        List<String> names = new ArrayList<>();
        for (LoraAdapter.Target target : model.parameters().keySet()) {
            String stem = "model.layers." + target.layer() + "." + target.projection().huggingFaceName();
            names.add(stem + ".lora_A.weight");
            names.add(stem + ".lora_B.weight");
        }
        return names;
    }

    @ParameterizedTest
    @CsvSource({"llama-tied, 0", "llama-untied, " + DROPOUT, "gemma2, " + DROPOUT})
    void gradientsEqualFiniteDifferences(String name, double dropout) {
        List<Row> rows = TinyModels.rows();
        Random random = new Random(7);
        try (TrainableTransformer model = TinyModels.load(name, "all")) {
            CompletionLoss.backward(model, rows, 1, dropout, 5);
            List<float[]> gradients = Gradients.take(model);
            List<NDArray> parameters = TrainerState.parameters(model);
            int checked = 0;
            for (int i = 0; i < parameters.size(); i++) {
                float[] values = parameters.get(i).toFloatArray();
                int at = random.nextInt(values.length);
                // The loss is float32: the step is wide enough to stand above its rounding.
                double analytic = gradients.get(i)[at];
                double numeric = (loss(model, parameters.get(i), values, at, 0.002f, rows, dropout)
                        - loss(model, parameters.get(i), values, at, -0.002f, rows, dropout)) / 0.004;
                assertThat(numeric).as("%s, parameter %d[%d]", name, i, at)
                        .isCloseTo(analytic, Offset.offset(0.02 + 0.05 * Math.abs(analytic)));
                checked += Math.abs(analytic) > 0.02 ? 1 : 0;
            }
            assertThat(checked).as("gradients that are not nearly 0").isGreaterThan(parameters.size() / 3);
        }
    }

    private static double loss(TrainableTransformer model, NDArray parameter, float[] values, int at, float by, List<Row> rows, double dropout) {
        float[] moved = values.clone();
        moved[at] += by;
        model.set(parameter, moved);
        double loss = CompletionLoss.backward(model, rows, 1, dropout, 5);
        Gradients.take(model);
        model.set(parameter, values);
        return loss;
    }

    @ParameterizedTest
    @CsvSource({"qwen2-untied, FLOAT32", "gemma2, FLOAT32", "qwen2-tied, BFLOAT16"})
    void garbageCollectionsBetweenForwardAndBackwardChangeNothing(String name, Precision precision) throws InterruptedException {
        List<Row> rows = TinyModels.rows();
        try (TrainableTransformer model = TinyModels.load(name, "all", precision)) {
            CompletionLoss.backward(model, rows, 0.25, DROPOUT, 5);
            List<float[]> expected = Gradients.take(model);
            AtomicInteger collections = new AtomicInteger();
            Thread collector = new Thread(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    System.gc();
                    collections.incrementAndGet();
                }
            });
            collector.start();
            try {
                CompletionLoss.backward(model, rows, 0.25, DROPOUT, 5);
                List<float[]> found = Gradients.take(model);
                for (int i = 0; i < expected.size(); i++) {
                    assertThat(found.get(i)).as("gradient %d", i).containsExactly(expected.get(i), Offset.offset(1e-3f));
                }
                System.out.printf("%s %s: %d garbage collections during the pass%n", name, precision, collections.get());
                assertThat(collections.get()).isGreaterThan(10);
            } finally {
                collector.interrupt();
                collector.join();
            }
        }
    }

    @Test
    void dropoutFollowsItsSeedAndItsShare() {
        List<Row> rows = TinyModels.rows();
        try (TrainableTransformer model = TinyModels.load("qwen2-tied", "all")) {
            double without = CompletionLoss.value(model, rows);
            double first = CompletionLoss.backward(model, rows, 1, DROPOUT, 5);
            assertThat(CompletionLoss.backward(model, rows, 1, DROPOUT, 5)).isEqualTo(first).isNotEqualTo(without);
            assertThat(CompletionLoss.backward(model, rows, 1, DROPOUT, 6)).isNotEqualTo(first);
            double mean = 0;
            for (int seed = 0; seed < 50; seed++) {
                mean += CompletionLoss.backward(model, rows, 1, 0.02, seed) / 50;
            }
            // A small share keeps the expected output: no scaling would show as a shift.
            assertThat(mean).isCloseTo(without, Percentage.withPercentage(5));
        }
    }

    @Test
    void sharedBeginningsGiveTheGradientsOfSeparateRows() {
        List<Row> rows = TinyModels.rows();
        assertThat(TrainableTransformer.packedTokens(rows)).isLessThan(rows.stream().mapToInt(row -> row.tokens().length - 1).sum() - 10);
        for (String name : List.of("llama-tied", "gemma2")) {
            try (TrainableTransformer model = TinyModels.load(name, "all")) {
                double together = CompletionLoss.backward(model, rows, 1, 0, 0);
                List<float[]> packed = Gradients.take(model);
                double apart = 0;
                for (Row row : rows) {
                    apart += CompletionLoss.backward(model, List.of(row), 1, 0, 0);
                }
                List<float[]> separate = Gradients.take(model);
                assertThat(together).isCloseTo(apart, Offset.offset(1e-4));
                for (int i = 0; i < packed.size(); i++) {
                    assertThat(packed.get(i)).containsExactly(separate.get(i), Offset.offset(2e-4f));
                }
            }
        }
    }
}
