package org.memlora.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.models.transformer.TransformerExecutor.KeyValuePrefix;
import org.memlora.models.transformer.TransformerExecutor.RowInput;

class EagerExecutorContractTest {
    private static final float CLOSE = 1e-4f;

    @ParameterizedTest
    @ValueSource(strings = {"llama-untied", "qwen2-tied", "gemma2"})
    void prefixesPositionsAndCandidatesEqualFullRuns(String name) throws IOException {
        ReferenceModel model = ReferenceModel.of(name);
        int[] prompt = model.cases("base").get(3).prompt();
        try (EagerExecutor executor = model.executor(2)) {
            for (String expert : List.of("base", "all")) {
                float most = ExecutorContract.largestDifference(executor, prompt, expert);
                System.out.printf("%s, %s: largest difference of prefixes, positions and candidates %.2e%n", name, expert, most);
                assertThat(most).isLessThan(CLOSE);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-untied", "qwen2-tied"})
    void allLayersInOneCallKeepTheContract(String name) throws IOException {
        ReferenceModel model = ReferenceModel.of(name);
        int[] prompt = model.cases("base").get(3).prompt();
        try (EagerExecutor executor = model.scripted(2)) {
            for (String expert : List.of("base", "all")) {
                assertThat(ExecutorContract.largestDifference(executor, prompt, expert)).isLessThan(CLOSE);
            }
        }
    }

    @Test
    void whatTheScriptCannotRunGoesOperationByOperation() throws IOException {
        ReferenceModel model = ReferenceModel.of("gemma2");
        try (EagerExecutor executor = model.scripted(1)) {
            assertThat(executor.chooses()).isFalse();
            ReferenceModel.Case one = model.cases("base").get(0);
            float[] logits = executor.forward(List.of(new RowInput(0, 0, one.prompt(), "base"))).get(0)[0];
            assertThat(ReferenceModel.maxDifference(logits, one.logits())).isLessThan(CLOSE);
        }
    }

    @Test
    void aRowWhoseValuesWereNoNumbersIsCleanForTheNext() throws IOException {
        ReferenceModel model = ReferenceModel.of("qwen2-tied");
        int[] prompt = model.cases("base").get(0).prompt();
        int[] longer = new int[50];
        Arrays.fill(longer, 7);
        try (EagerExecutor executor = model.scripted(2)) {
            float[] vectors = new float[40 * model.config().width()];
            Arrays.fill(vectors, Float.NaN);
            int first = executor.supplyEmbeddings(vectors);
            float[][] spoiled = executor.forward(List.of(new RowInput(0, 0, IntStream.range(first, first + 40).toArray(), "base"))).get(0);
            assertThat(spoiled[0][0]).isNaN();
            // The longer row makes the step see keys that the first has not written yet.
            float[] logits = executor.forward(List.of(new RowInput(0, 0, prompt, "base"), new RowInput(1, 0, longer, "base"))).get(0)[0];
            assertThat(ReferenceModel.maxDifference(logits, model.cases("base").get(0).logits())).isLessThan(CLOSE);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void severalPositionsMayCrossTheLimitOfAStep(boolean scripted) throws IOException {
        ReferenceModel model = ReferenceModel.of("llama-tied");
        int rows = scripted ? 40 : 10;
        int[] prompt = new int[60];
        Arrays.setAll(prompt, i -> 3 + i * 7 % 90);
        try (EagerExecutor executor = scripted ? model.scripted(rows) : model.executor(rows)) {
            float[][] alone = executor.forward(List.of(new RowInput(0, 0, prompt, "qv", 60, new int[0]))).get(0);
            List<RowInput> many = IntStream.range(0, rows)
                    .mapToObj(row -> new RowInput(row, 0, prompt, "qv", 60, new int[0])).toList();
            assertThat(rows * prompt.length).isGreaterThan(scripted ? EagerExecutor.SCRIPTED_STEP_TOKENS + rows : EagerExecutor.STEP_TOKENS);
            for (float[][] logits : executor.forward(many)) {
                for (int i = 0; i < 60; i++) {
                    assertThat(ReferenceModel.maxDifference(logits[i], alone[i])).isLessThan(CLOSE);
                }
            }
        }
    }

    @Test
    void savedPrefixesAreFreedAndRefusedAfterwards() throws IOException {
        ReferenceModel model = ReferenceModel.of("llama-tied");
        try (EagerExecutor executor = model.executor(2); EagerExecutor other = model.executor(1)) {
            executor.forward(List.of(new RowInput(0, 0, new int[] {1, 2, 3, 4, 5, 6, 7, 8}, "base")));
            int before = executor.liveArrays();
            for (int i = 0; i < 100; i++) {
                executor.savePrefix(0, 8).close();
            }
            assertThat(executor.liveArrays()).isEqualTo(before);
            KeyValuePrefix prefix = executor.savePrefix(0, 8);
            assertThat(executor.liveArrays()).isGreaterThan(before);
            TransformerConfig config = model.config();
            assertThat(prefix.bytes()).isEqualTo(2L * 4 * 8 * config.layers() * config.keyValueHeads() * config.headWidth());
            assertThatThrownBy(() -> other.restorePrefix(prefix, 0)).hasMessageContaining("another executor");
            prefix.close();
            prefix.close();
            assertThatThrownBy(() -> executor.restorePrefix(prefix, 1)).hasMessageContaining("closed");
            assertThatThrownBy(() -> executor.savePrefix(0, 0)).hasMessageContaining("0 tokens");
            assertThatThrownBy(() -> executor.savePrefix(2, 8)).hasMessageContaining("row 2");
            assertThatThrownBy(() -> executor.forward(List.of(new RowInput(0, 0, new int[] {1}, "base", 2, new int[0]))))
                    .hasMessageContaining("logits of 2 tokens");
            assertThatThrownBy(() -> executor.forward(List.of(new RowInput(0, 0, new int[] {1}, "base", 1, new int[] {100}))))
                    .hasMessageContaining("token 100");
        }
    }
}
