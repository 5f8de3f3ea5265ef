package org.memlora.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.models.bases.CachedBases;
import org.memlora.models.gguf.GgufFile;

/** Real bases against transformers loading the same file. The tags {@code large} and {@code speed} run on demand: pom.xml. */
class BaseParityIT {
    private static EagerExecutor load(String name, int rows, int contextTokens) {
        GgufFile gguf = GgufFile.open(CachedBases.path(name));
        return EagerExecutor.load(TransformerConfig.fromGguf(gguf.metadata()), gguf, Map.of(), rows, contextTokens, Device.cpu());
    }

    @ParameterizedTest
    @ValueSource(strings = {"smollm2-135m-instruct", "qwen2.5-coder-0.5b-instruct"})
    void greedyTokensEqualTransformers(String name) throws IOException {
        check(name);
    }

    /** Takes 8 GB in float32. */
    @Test
    @Tag("large")
    void greedyTokensOfTheBiggestBaseEqualTransformers() throws IOException {
        check("qwen2.5-coder-1.5b-instruct");
    }

    private static void check(String name) throws IOException {
        Path reference = Path.of("src/test/resources/transformer/base-" + name + ".json");
        List<ReferenceModel.Case> cases = ReferenceModel.cases(new ObjectMapper().readTree(reference.toFile()));
        assertThat(cases).hasSize(10);
        try (EagerExecutor executor = load(name, cases.size(), 128)) {
            List<int[]> tokens = ReferenceModel.greedy(executor, cases.stream().map(ReferenceModel.Case::prompt).toList(),
                    Collections.nCopies(cases.size(), "base"), 20);
            long equal = 0;
            for (int i = 0; i < cases.size(); i++) {
                equal += Arrays.equals(tokens.get(i), cases.get(i).greedy()) ? 1 : 0;
            }
            System.out.println(name + ": greedy tokens equal for " + equal + " of 10 prompts");
            for (int i = 0; i < cases.size(); i++) {
                assertThat(tokens.get(i)).as("prompt %d", i).isEqualTo(cases.get(i).greedy());
            }
        }
    }

    @Test
    @Tag("speed")
    void speed() {
        String name = System.getProperty("memlora.base", "smollm2-135m-instruct");
        try (EagerExecutor executor = load(name, 16, 512)) {
            int[] prompt = new int[200];
            Arrays.setAll(prompt, i -> 100 + i * 37 % 5000);
            for (int rows : new int[] {1, 1, 8, 16}) {
                List<TransformerExecutor.RowInput> inputs = new ArrayList<>();
                for (int row = 0; row < rows; row++) {
                    inputs.add(new TransformerExecutor.RowInput(row, 0, prompt, "base"));
                }
                long start = System.nanoTime();
                executor.forward(inputs);
                double prefill = (System.nanoTime() - start) / 1e9;
                int steps = 20;
                start = System.nanoTime();
                for (int step = 0; step < steps; step++) {
                    List<TransformerExecutor.RowInput> next = new ArrayList<>();
                    for (int row = 0; row < rows; row++) {
                        next.add(new TransformerExecutor.RowInput(row, prompt.length + step, new int[] {7 + step}, "base"));
                    }
                    executor.forward(next);
                }
                double decode = (System.nanoTime() - start) / 1e9;
                System.out.printf("%s, batch %d: prefill %.0f tokens/s, decode %.1f tokens/s%n", name, rows,
                        rows * prompt.length / prefill, rows * steps / decode);
            }
        }
    }
}
