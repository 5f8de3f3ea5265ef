package org.memlora.models.compiled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.gguf.GgufFile;
import org.memlora.models.lora.ExpertLoader;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.transformer.DecoderWeights;
import org.memlora.models.transformer.ExecutorContract;
import org.memlora.models.transformer.ReferenceModel;
import org.memlora.models.transformer.TransformerConfig;
import org.memlora.models.transformer.TransformerExecutor.KeyValuePrefix;
import org.memlora.models.transformer.TransformerExecutor.RowInput;

class CompiledExecutorTest {
    private static final float CLOSE = 1e-4f;
    private static final float CLOSE_8_BITS = 0.08f;
    private static final String BASE = "base";
    private static final int CONTEXT = 64;

    @TempDir
    private Path cache;

    private CompiledExecutor open(ReferenceModel model, int bits, int rows) {
        return open(model, bits, rows, model.experts());
    }

    private CompiledExecutor open(ReferenceModel model, int bits, int rows, Map<String, LoraAdapter> experts) {
        return new CompiledModels(cache, DownloadProgress.none()).open(model.folder(), model.config(),
                SafetensorsFile.open(model.folder()), bits, experts, rows, CONTEXT);
    }

    /** A token's own embedding, supplied, is as good as the token; what was dropped is refused. */
    @ParameterizedTest
    @ValueSource(strings = {"llama-wide", "qwen2-wide"})
    void suppliedEmbeddingsOfTokensEqualTheTokens(String name) throws IOException {
        ReferenceModel model = ReferenceModel.of(name);
        DecoderWeights.Matrix embedding = new DecoderWeights(SafetensorsFile.open(model.folder()), model.config()).embedding();
        int[] prompt = model.cases(BASE).get(2).prompt();
        float[] vectors = new float[2 * model.config().width()];
        int[] replaced = prompt.clone();
        try (CompiledExecutor executor = open(model, 32, 1)) {
            float[] plain = executor.forward(List.of(new RowInput(0, 0, prompt, BASE))).get(0)[0];
            for (int i = 0; i < 2; i++) {
                System.arraycopy(embedding.read(prompt[2 + i], 1), 0, vectors, i * model.config().width(), model.config().width());
            }
            int first = executor.supplyEmbeddings(vectors);
            replaced[2] = first;
            replaced[3] = first + 1;
            assertThat(ReferenceModel.maxDifference(executor.forward(List.of(new RowInput(0, 0, replaced, BASE))).get(0)[0], plain)).isZero();
            executor.dropEmbeddings(first);
            assertThatThrownBy(() -> executor.forward(List.of(new RowInput(0, 0, replaced, BASE)))).hasMessageContaining("token " + first);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-wide", "qwen2-wide", "gemma2"})
    void unquantisedEqualsTransformersAndPeft(String name) throws IOException {
        ReferenceModel model = ReferenceModel.of(name);
        try (CompiledExecutor executor = open(model, 32, 4)) {
            for (String expert : List.of(BASE, "qv", "all")) {
                List<ReferenceModel.Case> cases = model.cases(expert);
                float most = largestDifference(executor, cases, expert);
                System.out.printf("%s, %s, compiled, 32 bits: largest difference of logits %.2e%n", name, expert, most);
                assertThat(most).isLessThan(CLOSE);
                List<int[]> tokens = ReferenceModel.greedy(executor, cases.stream().map(ReferenceModel.Case::prompt).toList(),
                        Collections.nCopies(cases.size(), expert), 20);
                for (int i = 0; i < cases.size(); i++) {
                    assertThat(tokens.get(i)).as("%s %s prompt %d", name, expert, i).isEqualTo(cases.get(i).greedy());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-wide", "qwen2-wide", "gemma2"})
    void prefixesPositionsAndCandidatesEqualFullRuns(String name) throws IOException {
        ReferenceModel model = ReferenceModel.of(name);
        int[] prompt = model.cases(BASE).get(3).prompt();
        try (CompiledExecutor executor = open(model, 32, 2)) {
            for (String expert : List.of(BASE, "all")) {
                float most = ExecutorContract.largestDifference(executor, prompt, expert);
                System.out.printf("%s, %s, compiled: largest difference of prefixes, positions and candidates %.2e%n", name, expert, most);
                assertThat(most).isLessThan(CLOSE);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-wide", "qwen2-wide", "gemma2"})
    void eightBitsStayClose(String name) throws IOException {
        ReferenceModel model = ReferenceModel.of(name);
        try (CompiledExecutor executor = open(model, 8, 4)) {
            for (String expert : List.of(BASE, "all")) {
                float most = largestDifference(executor, model.cases(expert), expert);
                float largest = 0;
                for (ReferenceModel.Case one : model.cases(expert)) {
                    largest = Math.max(largest, ReferenceModel.maxDifference(one.logits(), new float[one.logits().length]));
                }
                System.out.printf("%s, %s, compiled, 8 bits: largest difference of logits %.2e, largest logit %.2f%n", name, expert, most, largest);
                assertThat(most).isLessThan(CLOSE_8_BITS * largest);
            }
        }
    }

    private static float largestDifference(CompiledExecutor executor, List<ReferenceModel.Case> cases, String expert) {
        float most = 0;
        for (ReferenceModel.Case one : cases) {
            float[] logits = executor.forward(List.of(new RowInput(0, 0, one.prompt(), expert))).get(0)[0];
            most = Math.max(most, ReferenceModel.maxDifference(logits, one.logits()));
        }
        return most;
    }

    @Test
    void ggufHeadsAreInHalvesForExperts() throws IOException {
        ReferenceModel model = ReferenceModel.of("llama-wide");
        Path file = model.folder().resolve("model.gguf");
        GgufFile gguf = GgufFile.open(file);
        TransformerConfig config = TransformerConfig.fromGguf(gguf.metadata());
        try (CompiledExecutor executor = new CompiledModels(cache, DownloadProgress.none()).open(file, config, gguf, 32,
                ExpertLoader.load(model.folder().resolve("experts"), config), 1, CONTEXT)) {
            assertThat(largestDifference(executor, model.cases(BASE), BASE)).isLessThan(CLOSE);
            assertThat(largestDifference(executor, model.cases("all"), "all")).isLessThan(CLOSE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-wide", "qwen2-wide", "gemma2"})
    void mixedExpertsAndLengthsEqualSingleRows(String name) throws IOException {
        ReferenceModel model = ReferenceModel.of(name);
        List<String> experts = List.of("all", BASE, "qv", "all");
        List<int[]> prompts = model.cases(BASE).stream().map(ReferenceModel.Case::prompt).toList();
        try (CompiledExecutor executor = open(model, 32, 4)) {
            List<int[]> tokens = ReferenceModel.greedy(executor, prompts, experts, 20);
            for (int i = 0; i < 4; i++) {
                assertThat(tokens.get(i)).isEqualTo(model.cases(experts.get(i)).get(i).greedy());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 32})
    void baseRowsAreExactlyTheBase(int bits) throws IOException {
        ReferenceModel model = ReferenceModel.of("qwen2-wide");
        int[] prompt = model.cases(BASE).get(2).prompt();
        try (CompiledExecutor with = open(model, bits, 3); CompiledExecutor without = open(model, bits, 3, Map.of())) {
            List<float[][]> bare = without.forward(rows(prompt, BASE, BASE, BASE));
            List<float[][]> mixed = with.forward(rows(prompt, "all", BASE, "qv"));
            assertThat(mixed.get(1)[0]).isEqualTo(bare.get(1)[0]);
            assertThat(ReferenceModel.maxDifference(mixed.get(0)[0], bare.get(0)[0])).isGreaterThan(0.01f);
            int[] next = {5};
            List<float[][]> bareNext = without.forward(continued(prompt.length, next, BASE, BASE, BASE));
            List<float[][]> mixedNext = with.forward(continued(prompt.length, next, "all", BASE, "qv"));
            assertThat(mixedNext.get(1)[0]).isEqualTo(bareNext.get(1)[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-wide", "gemma2"})
    void continuationInAnyPartsEqualsOnePass(String name) throws IOException {
        ReferenceModel model = ReferenceModel.of(name);
        int[] prompt = model.cases(BASE).get(3).prompt();
        try (CompiledExecutor executor = open(model, 32, 4)) {
            float[] whole = executor.forward(List.of(new RowInput(0, 0, prompt, "qv"))).get(0)[0];
            for (int[] cuts : new int[][] {{0, 1, prompt.length}, {0, 10, 11, 12, prompt.length}, {0, 7, 20, prompt.length}}) {
                float[] last = null;
                for (int i = 1; i < cuts.length; i++) {
                    int[] part = Arrays.copyOfRange(prompt, cuts[i - 1], cuts[i]);
                    last = executor.forward(List.of(new RowInput(3, 0, new int[] {5, 6, 7}, "all"),
                            new RowInput(1, cuts[i - 1], part, "qv"), new RowInput(0, 0, new int[] {9}, BASE))).get(1)[0];
                }
                assertThat(ReferenceModel.maxDifference(last, whole)).isLessThan(1e-5f);
            }
        }
    }

    @Test
    void rowsKeepTheirCacheWhenTheyMove() throws IOException {
        ReferenceModel model = ReferenceModel.of("llama-wide");
        List<ReferenceModel.Case> cases = model.cases(BASE);
        try (CompiledExecutor executor = open(model, 32, 4)) {
            for (int row = 0; row < 4; row++) {
                executor.forward(List.of(new RowInput(row, 0, cases.get(row).prompt(), BASE)));
            }
            int[][] turns = {{3, 1}, {2}, {0, 3}, {1, 2, 3}, {3, 2, 1, 0}};
            int[] fed = new int[4];
            for (int[] turn : turns) {
                List<RowInput> inputs = new ArrayList<>();
                for (int row : turn) {
                    inputs.add(new RowInput(row, cases.get(row).prompt().length + fed[row], new int[] {cases.get(row).greedy()[fed[row]]}, BASE));
                }
                List<float[][]> logits = executor.forward(inputs);
                for (int i = 0; i < turn.length; i++) {
                    int row = turn[i];
                    assertThat(ReferenceModel.argMax(logits.get(i)[0])).isEqualTo(cases.get(row).greedy()[++fed[row]]);
                }
            }
        }
    }

    @Test
    void prefixesPositionsAndCandidatesEqualFullRuns() throws IOException {
        ReferenceModel model = ReferenceModel.of("gemma2");
        int[] prompt = model.cases(BASE).get(3).prompt();
        int half = prompt.length / 2;
        try (CompiledExecutor executor = open(model, 32, 3)) {
            float[][] all = executor.forward(List.of(new RowInput(0, 0, prompt, "all", prompt.length, new int[0]))).get(0);
            assertThat(all).hasDimensions(prompt.length, executor.vocabularySize());
            try (KeyValuePrefix prefix = executor.savePrefix(0, half)) {
                assertThat(prefix.tokens()).isEqualTo(half);
                assertThat(prefix.bytes()).isPositive();
                executor.restorePrefix(prefix, 2);
                float[][] rest = executor.forward(List.of(
                        new RowInput(2, half, Arrays.copyOfRange(prompt, half, prompt.length), "all", 2, new int[0]))).get(0);
                float difference = Math.max(ReferenceModel.maxDifference(rest[1], all[prompt.length - 1]),
                        ReferenceModel.maxDifference(rest[0], all[prompt.length - 2]));
                System.out.printf("gemma2, restored prefix: largest difference of logits %.2e%n", difference);
                assertThat(difference).isLessThan(1e-5f);
            }
            int[] candidates = {7, 3, 90};
            float[] some = executor.forward(List.of(new RowInput(1, 0, prompt, "all", 1, candidates))).get(0)[0];
            for (int i = 0; i < candidates.length; i++) {
                assertThat(some[i]).isCloseTo(all[prompt.length - 1][candidates[i]], org.assertj.core.data.Offset.offset(1e-5f));
            }
            assertThat(executor.forward(List.of(new RowInput(1, 0, prompt, "all", 0, new int[0]))).get(0)).isEmpty();
        }
    }

    @Test
    void refusesWhatItCannotServe() throws IOException {
        ReferenceModel model = ReferenceModel.of("llama-wide");
        try (CompiledExecutor executor = open(model, 8, 2)) {
            assertThatThrownBy(() -> executor.forward(rows(new int[] {1}, "poet"))).hasMessageContaining("no expert poet");
            assertThatThrownBy(() -> executor.forward(List.of(new RowInput(2, 0, new int[] {1}, BASE)))).hasMessageContaining("row 2");
            assertThatThrownBy(() -> executor.forward(List.of(new RowInput(0, 60, new int[5], BASE)))).hasMessageContaining("at most 64");
            assertThatThrownBy(() -> executor.forward(List.of(new RowInput(0, 9, new int[] {1}, BASE)))).hasMessageContaining("holds 0 tokens");
            assertThatThrownBy(() -> executor.forward(rows(new int[] {100}, BASE))).hasMessageContaining("token 100");
            assertThatThrownBy(() -> executor.forward(List.of(new RowInput(0, 0, new int[] {1}, BASE, 2, new int[0])))).hasMessageContaining("logits of 2");
            try (CompiledExecutor other = open(model, 8, 1)) {
                other.forward(rows(new int[] {1, 2}, BASE));
                try (KeyValuePrefix foreign = other.savePrefix(0, 2)) {
                    assertThatThrownBy(() -> executor.restorePrefix(foreign, 0)).hasMessageContaining("another executor's");
                }
            }
        }
        Map<String, LoraAdapter> foreign = ReferenceModel.of("llama-untied").experts();
        assertThatThrownBy(() -> open(model, 8, 1, foreign)).hasMessageContaining("does not fit the base");
    }

    private static List<RowInput> rows(int[] prompt, String... experts) {
        return continued(0, prompt, experts);
    }

    private static List<RowInput> continued(int start, int[] tokens, String... experts) {
        List<RowInput> inputs = new ArrayList<>();
        for (int row = 0; row < experts.length; row++) {
            inputs.add(new RowInput(row, start, tokens, experts[row]));
        }
        return inputs;
    }
}
