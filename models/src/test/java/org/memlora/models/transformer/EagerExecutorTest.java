package org.memlora.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.engine.Engine;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.transformer.TransformerExecutor.RowInput;

class EagerExecutorTest {
    private static final float CLOSE = 1e-4f;
    private static final String BASE = "base";

    @ParameterizedTest
    @CsvSource({"llama-tied", "llama-untied", "qwen2-tied", "qwen2-untied", "gemma2"})
    void equalsTransformersAndPeft(String name) throws IOException {
        ReferenceModel model = ReferenceModel.of(name);
        try (EagerExecutor executor = model.executor(4)) {
            for (String expert : List.of(BASE, "qv", "all")) {
                requireParity(name, executor, expert, model.cases(expert));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "llama-untied", "qwen2-tied", "qwen2-untied"})
    void allLayersInOneCallEqualTransformersAndPeft(String name) throws IOException {
        ReferenceModel model = ReferenceModel.of(name);
        try (EagerExecutor executor = model.scripted(4)) {
            assertThat(executor.model().isScripted()).isTrue();
            for (String expert : List.of(BASE, "qv", "all")) {
                requireParity(name + " scripted", executor, expert, model.cases(expert));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "qwen2-untied"})
    void allLayersInOneCallMixExpertsAndChooseTokens(String name) throws IOException {
        ReferenceModel model = ReferenceModel.of(name);
        List<String> experts = List.of("all", BASE, "qv", "all");
        List<int[]> prompts = model.cases(BASE).stream().map(ReferenceModel.Case::prompt).toList();
        int[] some = {3, 5, 20, 41};
        int[] others = {2, 30};
        try (EagerExecutor reference = model.executor(4); EagerExecutor executor = model.scripted(4)) {
            assertThat(reference.chooses()).isFalse();
            assertThat(executor.chooses()).isTrue();
            List<RowInput> logits = new ArrayList<>();
            List<RowInput> choices = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                logits.add(new RowInput(3 - i, 0, prompts.get(i), experts.get(i)));
                choices.add(new RowInput(3 - i, 0, prompts.get(i), experts.get(i), 1, i < 3 ? some : others, true));
            }
            List<float[][]> expected = reference.forward(logits);
            List<float[][]> found = executor.forward(logits);
            List<float[][]> chosen = executor.forward(choices);
            int live = executor.liveArrays();
            executor.forward(choices);
            assertThat(executor.liveArrays()).isEqualTo(live);
            for (int i = 0; i < 4; i++) {
                float[] row = expected.get(i)[0];
                assertThat(ReferenceModel.maxDifference(found.get(i)[0], row)).isLessThan(CLOSE);
                int[] candidates = choices.get(i).candidates();
                int best = Arrays.stream(candidates).boxed().max(Comparator.comparing(token -> row[token])).orElseThrow();
                double total = Arrays.stream(candidates).mapToDouble(token -> Math.exp(row[token] - row[best])).sum();
                assertThat(chosen.get(i)[0][0]).isEqualTo(best);
                assertThat((double) chosen.get(i)[0][1]).isCloseTo(1 / total, within(1e-4));
            }
            assertThatThrownBy(() -> executor.forward(List.of(new RowInput(0, 0, new int[] {1}, BASE, 1, new int[] {1000}, true))))
                    .hasMessageContaining("token 1000");
            assertThatThrownBy(() -> executor.forward(List.of(new RowInput(0, 0, new int[] {1}, BASE, 1, new int[0], true))))
                    .hasMessageContaining("a choice among 0 tokens");
        }
    }

    @ParameterizedTest
    @CsvSource({"llama-untied, base", "qwen2-untied, base", "gemma2, gguf"})
    void ggufEqualsTransformers(String name, String recorded) throws IOException {
        ReferenceModel model = ReferenceModel.of(name);
        try (EagerExecutor executor = model.ggufExecutor(4)) {
            requireParity(name + " gguf", executor, BASE, model.cases(recorded));
            if (recorded.equals(BASE)) {   // experts meet the heads in the order of Hugging Face
                requireParity(name + " gguf", executor, "all", model.cases("all"));
            }
        }
    }

    private static void requireParity(String name, EagerExecutor executor, String expert, List<ReferenceModel.Case> cases) {
        System.gc();   // memory that only Java held would be gone now
        float most = 0;
        for (ReferenceModel.Case one : cases) {
            float[] logits = executor.forward(List.of(new RowInput(0, 0, one.prompt(), expert))).get(0)[0];
            most = Math.max(most, ReferenceModel.maxDifference(logits, one.logits()));
        }
        System.out.printf("%s, %s: largest difference of logits %.2e%n", name, expert, most);
        assertThat(most).isLessThan(CLOSE);
        List<int[]> prompts = cases.stream().map(ReferenceModel.Case::prompt).toList();
        List<int[]> tokens = ReferenceModel.greedy(executor, prompts, Collections.nCopies(prompts.size(), expert), 20);
        for (int i = 0; i < cases.size(); i++) {
            assertThat(tokens.get(i)).as("%s %s prompt %d", name, expert, i).isEqualTo(cases.get(i).greedy());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "qwen2-untied", "gemma2"})
    void mixedExpertsAndLengthsEqualSingleRows(String name) throws IOException {
        ReferenceModel model = ReferenceModel.of(name);
        List<String> experts = List.of("all", BASE, "qv", "all");
        List<int[]> prompts = model.cases(BASE).stream().map(ReferenceModel.Case::prompt).toList();
        try (EagerExecutor executor = model.executor(4)) {
            List<float[]> single = new ArrayList<>();
            List<RowInput> mixed = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                single.add(executor.forward(List.of(new RowInput(0, 0, prompts.get(i), experts.get(i)))).get(0)[0]);
                mixed.add(new RowInput(3 - i, 0, prompts.get(i), experts.get(i)));
            }
            List<float[][]> together = executor.forward(mixed);
            for (int i = 0; i < 4; i++) {
                assertThat(ReferenceModel.maxDifference(together.get(i)[0], single.get(i))).isLessThan(1e-5f);
            }
            List<int[]> tokens = ReferenceModel.greedy(executor, prompts, experts, 20);
            for (int i = 0; i < 4; i++) {
                assertThat(tokens.get(i)).isEqualTo(model.cases(experts.get(i)).get(i).greedy());
            }
        }
    }

    @Test
    void baseRowsAreExactlyTheBaseBesideExperts() throws IOException {
        ReferenceModel model = ReferenceModel.of("qwen2-tied");
        int[] prompt = model.cases(BASE).get(2).prompt();
        try (EagerExecutor executor = model.executor(3)) {
            List<float[][]> base = executor.forward(rows(prompt, BASE, BASE, BASE));
            List<float[][]> mixed = executor.forward(rows(prompt, "all", BASE, "qv"));
            assertThat(mixed.get(1)[0]).isEqualTo(base.get(1)[0]);
            assertThat(ReferenceModel.maxDifference(mixed.get(0)[0], base.get(0)[0])).isGreaterThan(0.01f);
        }
    }

    @Test
    void residentExpertsChangeNothingOfTheBase() throws IOException {
        ReferenceModel model = ReferenceModel.of("llama-tied");
        int[] prompt = model.cases(BASE).get(3).prompt();
        try (EagerExecutor with = model.executor(1);
                EagerExecutor without = EagerExecutor.load(model.config(), SafetensorsFile.open(model.folder()), Map.of(), 1, 64, Device.cpu())) {
            assertThat(with.forward(rows(prompt, BASE)).get(0)[0]).isEqualTo(without.forward(rows(prompt, BASE)).get(0)[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-untied", "gemma2"})
    void continuationInAnyPartsEqualsOnePass(String name) throws IOException {
        ReferenceModel model = ReferenceModel.of(name);
        int[] prompt = model.cases(BASE).get(3).prompt();
        try (EagerExecutor executor = model.executor(4)) {
            float[] whole = executor.forward(List.of(new RowInput(0, 0, prompt, "qv"))).get(0)[0];
            for (int[] cuts : new int[][] {{0, 1, prompt.length}, {0, 10, 11, 12, prompt.length}, {0, 7, 20, prompt.length}}) {
                float[] last = null;
                for (int i = 1; i < cuts.length; i++) {
                    int[] part = Arrays.copyOfRange(prompt, cuts[i - 1], cuts[i]);
                    // neighbours of other lengths and experts, in rows that do and don't touch
                    last = executor.forward(List.of(new RowInput(3, 0, new int[] {5, 6, 7}, "all"),
                            new RowInput(1, cuts[i - 1], part, "qv"), new RowInput(0, 0, new int[] {9}, BASE))).get(1)[0];
                }
                assertThat(ReferenceModel.maxDifference(last, whole)).isLessThan(1e-5f);
            }
            executor.forward(List.of(new RowInput(1, 5, new int[] {3, 3, 3, 3}, "qv")));
            float[] rewritten = executor.forward(List.of(new RowInput(1, 5, Arrays.copyOfRange(prompt, 5, prompt.length), "qv"))).get(0)[0];
            assertThat(ReferenceModel.maxDifference(rewritten, whole)).isLessThan(1e-5f);
        }
    }

    @Test
    void aCallBeyondOneStepEqualsSmallCalls() throws IOException {
        ReferenceModel model = ReferenceModel.of("llama-untied");
        int rows = 14;
        int[] prompt = new int[60];
        Arrays.setAll(prompt, i -> 3 + i * 7 % 90);
        try (EagerExecutor executor = model.executor(rows)) {
            float[] single = executor.forward(rows(prompt, "all")).get(0)[0];
            List<RowInput> many = new ArrayList<>();
            for (int row = 0; row < rows; row++) {
                many.add(new RowInput(row, 0, prompt, "all"));
            }
            assertThat(prompt.length * rows).isGreaterThan(EagerExecutor.STEP_TOKENS);
            for (float[][] logits : executor.forward(many)) {
                assertThat(ReferenceModel.maxDifference(logits[0], single)).isLessThan(1e-5f);
            }
        }
    }

    @Test
    void hundredCallsKeepNoArrays() throws IOException {
        ReferenceModel model = ReferenceModel.of("gemma2");
        int[] prompt = model.cases(BASE).get(2).prompt();
        try (EagerExecutor executor = model.executor(3)) {
            executor.forward(rows(prompt, "all", BASE, "qv"));
            int before = executor.liveArrays();
            for (int i = 0; i < 100; i++) {
                executor.forward(List.of(new RowInput(0, 9, new int[] {i % 90}, "all"), new RowInput(2, 9, new int[] {4, 5}, BASE)));
            }
            assertThat(executor.liveArrays()).isEqualTo(before);
            System.out.println("live arrays before and after 100 calls: " + before);
        }
    }

    @Test
    void refusesWhatItCannotServe() throws IOException {
        ReferenceModel model = ReferenceModel.of("llama-tied");
        try (EagerExecutor executor = model.executor(2)) {
            assertThatThrownBy(() -> executor.forward(rows(new int[] {1}, "poet"))).hasMessageContaining("no expert poet");
            assertThatThrownBy(() -> executor.forward(List.of(new RowInput(2, 0, new int[] {1}, BASE)))).hasMessageContaining("row 2");
            assertThatThrownBy(() -> executor.forward(List.of(new RowInput(0, 60, new int[5], BASE)))).hasMessageContaining("at most 64");
            assertThatThrownBy(() -> executor.forward(rows(new int[] {100}, BASE))).hasMessageContaining("token 100");
        }
        Map<String, LoraAdapter> foreign = ReferenceModel.of("llama-untied").experts();
        assertThatThrownBy(() -> EagerExecutor.load(model.config(), SafetensorsFile.open(model.folder()), foreign, 1, 64, Device.cpu()))
                .hasMessageContaining("does not fit the base").hasMessageContaining("is [48, 48] in the expert, [32, 32] in the base");
    }

    @Test
    void lowRankWeightsCanRequireGradients() throws IOException {
        ReferenceModel model = ReferenceModel.of("qwen2-tied");
        try (EagerExecutor executor = model.executor(1)) {
            Map<LoraAdapter.Target, NDList> trainable = executor.model().trainable("all");
            assertThat(trainable).hasSize(14);
            trainable.values().forEach(pair -> pair.forEach(array -> array.setRequiresGradient(true)));
            ReferenceModel.Case one = model.cases("all").get(2);
            try (NDManager scratch = executor.manager().newSubManager(); GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
                List<PackedBatch.Piece> pieces = List.of(new PackedBatch.Piece(0, 0, one.prompt(), "all"));
                NDArray logits = executor.model().logits(executor.model().hidden(new PackedBatch(scratch, pieces, 0, DataType.FLOAT32), null));
                assertThat(ReferenceModel.maxDifference(logits.get(one.prompt().length - 1).toFloatArray(), one.logits())).isLessThan(CLOSE);
                collector.backward(logits.square().sum());
                for (NDList pair : trainable.values()) {
                    for (NDArray array : pair) {
                        try (NDArray gradient = array.getGradient()) {
                            assertThat(gradient.abs().sum().getFloat()).isPositive();
                        }
                    }
                }
            }
        }
    }

    private static List<RowInput> rows(int[] prompt, String... experts) {
        List<RowInput> inputs = new ArrayList<>();
        for (int row = 0; row < experts.length; row++) {
            inputs.add(new RowInput(row, 0, prompt, experts[row]));
        }
        return inputs;
    }
}
