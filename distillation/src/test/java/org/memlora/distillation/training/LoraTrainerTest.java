package org.memlora.distillation.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.distillation.training.TrainingSettings.Schedule;
import org.memlora.models.lora.AdapterFile;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.lora.LoraConfig;
import org.memlora.models.safetensors.SafetensorsType;
import org.memlora.models.transformer.Precision;
import org.memlora.models.transformer.TrainableTransformer;
import org.memlora.models.transformer.TrainableTransformer.Row;

class LoraTrainerTest {
    private static final LoraConfig LORA = new LoraConfig(4, 8, 0.2, List.of("q_proj", "v_proj", "down_proj"), false, "tiny", false);

    private static TrainingSettings settings(int maxSteps, int patience) {
        return new TrainingSettings(0.02, Schedule.COSINE, 0.1, 0.01, 1, 4, 60, 100, maxSteps, 3, 8, patience, 1000, 7, Precision.FLOAT32);
    }

    /** Completions that follow from the prompt: its first token, twice, then the end. */
    private static List<Row> rows(int count, long seed) {
        Random random = new Random(seed);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = 3 + random.nextInt(8);
            int[] tokens = new int[length + 3];
            for (int j = 0; j < length; j++) {
                tokens[j] = 10 + random.nextInt(10);
            }
            tokens[length] = tokens[0];
            tokens[length + 1] = tokens[0];
            tokens[length + 2] = 2;
            rows.add(new Row(tokens, length));
        }
        return rows;
    }

    private static TrainableTransformer fresh() {
        return TinyModels.load("qwen2-tied", fresh("expert", LORA));
    }

    @Test
    void resumedRunEqualsUninterruptedOneBitForBit(@TempDir Path folder) throws Exception {
        List<Row> training = rows(18, 1);
        List<Row> validation = rows(8, 2);
        Path whole = Files.createDirectory(folder.resolve("whole"));
        Path parts = Files.createDirectory(folder.resolve("parts"));
        LoraTrainer.Outcome uninterrupted;
        try (TrainableTransformer model = fresh()) {
            long frozen = model.frozenChecksum();
            uninterrupted = new LoraTrainer(model, training, validation, settings(13, 0), whole, TrainingListener.silent()).train();
            assertThat(model.frozenChecksum()).as("checksum of the base").isEqualTo(frozen);
        }
        LoraTrainer.Outcome resumed = null;
        for (int stop : new int[] {1, 5, 6, 100}) {
            try (TrainableTransformer model = fresh()) {
                LoraTrainer trainer = new LoraTrainer(model, training, validation, settings(13, 0), parts, TrainingListener.silent());
                resumed = trainer.train(stop);
                assertThat(trainer.stepsDone()).isEqualTo(Math.min(stop, 13));
            }
        }
        assertThat(resumed.curve()).isEqualTo(uninterrupted.curve());
        assertThat(resumed.bestStep()).isEqualTo(uninterrupted.bestStep());
        assertSameWeights(resumed.best(), uninterrupted.best());
    }

    private static void assertSameWeights(LoraAdapter a, LoraAdapter b) {
        assertThat(a.weights().keySet()).isEqualTo(b.weights().keySet());
        a.weights().forEach((target, weights) -> {
            assertThat(weights.a()).as("A of %s", target).isEqualTo(b.weights().get(target).a());
            assertThat(weights.b()).as("B of %s", target).isEqualTo(b.weights().get(target).b());
        });
    }

    @Test
    void learnsKeepsTheBestAndStopsEarly(@TempDir Path folder) {
        List<Row> validation = rows(8, 2);
        try (TrainableTransformer model = fresh()) {
            LoraTrainer.Outcome outcome = new LoraTrainer(model, rows(40, 1), validation, settings(240, 6), folder, TrainingListener.silent()).train();
            System.out.printf("seed 7: validation loss %.3f before, %.3f after step %d of %d%n", outcome.baseLoss(), outcome.bestLoss(),
                    outcome.bestStep(), outcome.steps());
            assertThat(outcome.bestLoss()).isLessThan(0.6 * outcome.baseLoss());
            assertThat(outcome.curve().stream().mapToDouble(LossPoint::validation).filter(Double::isFinite).min().orElseThrow()).isEqualTo(outcome.bestLoss());
            assertThat(outcome.steps()).as("patience of 6 validations, 3 steps each").isLessThanOrEqualTo(outcome.bestStep() + 18);
        }
    }

    @Test
    void freshAdapterChangesNothingAndIsThereAfterWritingInHalfPrecision(@TempDir Path folder) {
        List<Row> rows = rows(8, 2);
        try (TrainableTransformer model = fresh(); TrainableTransformer bare = TinyModels.load("qwen2-tied",
                FreshAdapter.make("other", new LoraConfig(2, 2, 0, List.of("k_proj"), false, "tiny", false), TinyModels.config("qwen2-tied"), 9))) {
            assertThat(CompletionLoss.value(model, rows)).isEqualTo(CompletionLoss.value(bare, rows));
        }
        LoraAdapter given = TinyModels.adapter("qwen2-tied", "all");
        AdapterFile.write(given, folder, SafetensorsType.F16);
        try (TrainableTransformer exact = TinyModels.load("qwen2-tied", given);
                TrainableTransformer half = TinyModels.load("qwen2-tied", AdapterFile.read("all", folder))) {
            double loss = CompletionLoss.value(exact, rows);
            assertThat(CompletionLoss.value(half, rows)).isNotEqualTo(loss).isCloseTo(loss, Offset.offset(0.01 * loss));
        }
    }

    @Test
    void refusesTheCheckpointOfAnotherRunAndAnInfiniteLoss(@TempDir Path folder) {
        try (TrainableTransformer model = fresh()) {
            new LoraTrainer(model, rows(8, 1), rows(4, 2), settings(2, 0), folder, TrainingListener.silent()).train();
            assertThatThrownBy(() -> new LoraTrainer(model, rows(8, 3), rows(4, 2), settings(2, 0), folder, TrainingListener.silent()))
                    .hasMessageContaining("belongs to a run with other settings or data").hasMessageContaining("delete it");
            assertThatThrownBy(() -> new LoraTrainer(model, rows(8, 1), rows(4, 2), settings(3, 0), folder, TrainingListener.silent()))
                    .hasMessageContaining("other settings or data");
            assertThatThrownBy(() -> new LoraTrainer(model, List.of(), rows(4, 2), settings(3, 0), folder, TrainingListener.silent()))
                    .hasMessageContaining("0 training and 4 validation examples");
            model.set(TrainerState.parameters(model).get(1), filled(TrainerState.parameters(model).get(1).toFloatArray(), Float.NaN));
            assertThatThrownBy(() -> new LoraTrainer(model, rows(8, 1), rows(4, 2), settings(3, 0), folder.resolve(".."), TrainingListener.silent()).train())
                    .hasMessageContaining("the loss is NaN at step 0");
        }
    }

    @Test
    void anExpertIsAveragedWithTheOneItBeganWith() throws Exception {
        LoraAdapter some = fresh("some", LORA);
        LoraAdapter other;
        try (TrainableTransformer model = TinyModels.load("qwen2-tied", some)) {
            for (int i = 0; i < TrainerState.parameters(model).size(); i++) {
                model.set(TrainerState.parameters(model).get(i), filled(TrainerState.parameters(model).get(i).toFloatArray(), 2));
            }
            other = model.adapter();
        }
        LoraAdapter averaged = some.averaged(other, 0.25);
        assertThat(averaged.name()).isEqualTo("some");
        some.weights().forEach((target, weights) -> {
            assertThat(averaged.weights().get(target).a()[1]).isCloseTo(0.25f * weights.a()[1] + 1.5f, within(1e-6f));
            assertThat(averaged.weights().get(target).b()[1]).isCloseTo(0.25f * weights.b()[1] + 1.5f, within(1e-6f));
        });
        assertThatThrownBy(() -> some.averaged(new LoraAdapter("fewer", some.config(), Map.of()), 0.5)).hasMessageContaining("some and fewer differ in layers or ranks");
    }

    @Test
    void goesOnFromAnExpert(@TempDir Path folder) throws Exception {
        List<Row> validation = rows(8, 2);
        LoraAdapter expert;
        double reached;
        try (TrainableTransformer model = fresh()) {
            LoraTrainer.Outcome first = new LoraTrainer(model, rows(40, 1), validation, settings(60, 0), Files.createDirectory(folder.resolve("first")),
                    TrainingListener.silent()).train();
            expert = first.best();
            reached = first.bestLoss();
        }
        Path second = Files.createDirectory(folder.resolve("second"));
        try (TrainableTransformer model = TinyModels.load("qwen2-tied", FreshAdapter.continuing(fresh("expert", LORA), expert.withName("other"), second))) {
            LoraTrainer.Outcome outcome = new LoraTrainer(model, rows(40, 1), validation, settings(6, 0), second, TrainingListener.silent()).train();
            assertThat(outcome.baseLoss()).as("before the first step").isEqualTo(reached);
            assertThat(outcome.best().name()).isEqualTo("expert");
        }
        Path third = Files.createDirectory(folder.resolve("third"));
        LoraTrainer.Outcome whole;
        LoraTrainer.Outcome resumed;
        try (TrainableTransformer model = TinyModels.load("qwen2-tied", FreshAdapter.continuing(fresh("expert", LORA), expert, third))) {
            whole = new LoraTrainer(model, rows(40, 1), validation, settings(6, 0), Files.createDirectory(folder.resolve("whole")), TrainingListener.silent()).train();
        }
        try (TrainableTransformer model = TinyModels.load("qwen2-tied", FreshAdapter.continuing(fresh("expert", LORA), expert, third))) {
            new LoraTrainer(model, rows(40, 1), validation, settings(6, 0), third, TrainingListener.silent()).train(3);
        }
        try (TrainableTransformer model = TinyModels.load("qwen2-tied", FreshAdapter.continuing(fresh("expert", LORA), expert, third))) {
            LoraTrainer again = new LoraTrainer(model, rows(40, 1), validation, settings(6, 0), third, TrainingListener.silent());
            assertThat(again.stepsDone()).isEqualTo(3);
            resumed = again.train();
        }
        assertThat(resumed.curve()).as("interrupted and resumed").isEqualTo(whole.curve());
        try (TrainableTransformer model = fresh()) {
            assertThatThrownBy(() -> new LoraTrainer(model, rows(40, 1), validation, settings(6, 0), second, TrainingListener.silent()))
                    .as("a run that begins with something else").hasMessageContaining("other settings or data");
        }
        LoraConfig wider = new LoraConfig(8, 16, 0.2, LORA.targetModules(), false, "tiny", false);
        assertThatThrownBy(() -> FreshAdapter.continuing(fresh("expert", wider), expert, Path.of("an/expert")))
                .hasMessageContainingAll("an/expert", "has rank 4, alpha 8.0 and 6 projections, expected rank 8, alpha 16.0 and 6 projections", "adapter_config.json");
        LoraConfig stabilised = new LoraConfig(4, 8, 0.2, LORA.targetModules(), false, "tiny", true);
        assertThatThrownBy(() -> FreshAdapter.continuing(fresh("expert", LORA), new LoraAdapter("expert", stabilised, expert.weights()), Path.of("an/expert")))
                .hasMessageContainingAll("an/expert", "is rank-stabilised");
        Map<LoraAdapter.Target, LoraAdapter.Weights> fewer = new LinkedHashMap<>(expert.weights());
        LoraAdapter.Target left = fewer.keySet().iterator().next();
        LoraAdapter.Weights weights = fewer.remove(left);
        fewer.put(new LoraAdapter.Target(7, left.projection()), weights);
        assertThatThrownBy(() -> FreshAdapter.continuing(fresh("expert", LORA), new LoraAdapter("expert", LORA, fewer), Path.of("an/expert")))
                .hasMessageContainingAll("has nothing in layer " + left.layer() + " " + left.projection().huggingFaceName(), "expected " + weights.in() + " inputs", "lora.targets");
    }

    private static LoraAdapter fresh(String name, LoraConfig lora) {
        return FreshAdapter.make(name, lora, TinyModels.config("qwen2-tied"), 3);
    }

    private static float[] filled(float[] values, float with) {
        Arrays.fill(values, with);
        return values;
    }

    @Test
    void learningRateRisesThenFalls() {
        TrainingSettings cosine = new TrainingSettings(1e-3, Schedule.COSINE, 0.1, 0, 0, 4, 60, 1, 100, 3, 8, 0, 10, 7, Precision.FLOAT32);
        assertThat(cosine.learningRate(0, 100)).isCloseTo(1e-4, Offset.offset(1e-9));
        assertThat(cosine.learningRate(9, 100)).isCloseTo(1e-3, Offset.offset(1e-9));
        assertThat(cosine.learningRate(55, 100)).isCloseTo(5e-4, Offset.offset(1e-9));
        assertThat(cosine.learningRate(99, 100)).isLessThan(1e-6).isPositive();
        TrainingSettings linear = new TrainingSettings(1e-3, Schedule.LINEAR, 0, 0, 0, 4, 60, 1, 100, 3, 8, 0, 10, 7, Precision.FLOAT32);
        assertThat(linear.learningRate(50, 100)).isCloseTo(5e-4, Offset.offset(1e-9));
        assertThat(new TrainingSettings(1e-3, Schedule.CONSTANT, 0, 0, 0, 4, 60, 2, 0, 3, 8, 0, 10, 7, Precision.FLOAT32).steps(9)).isEqualTo(6);
        assertThatThrownBy(() -> new TrainingSettings(1e-3, Schedule.LINEAR, 0, 0, 0, 0, 60, 1, 100, 3, 8, 0, 10, 7, Precision.FLOAT32))
                .hasMessage("batchExamples is 0, expected at least 1");
    }
}
