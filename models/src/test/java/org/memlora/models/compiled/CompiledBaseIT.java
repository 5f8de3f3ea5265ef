package org.memlora.models.compiled;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.memlora.models.bases.BaseResolver;
import org.memlora.models.bases.CachedBases;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.gguf.GgufFile;
import org.memlora.models.transformer.ReferenceModel;
import org.memlora.models.transformer.TransformerConfig;
import org.memlora.models.transformer.TransformerExecutor;

/** Real bases, compiled, against transformers loading the same file. The tags {@code large} and {@code speed} run on demand: pom.xml. */
class CompiledBaseIT {

    private static CompiledExecutor open(String name, int bits, int rows, int contextTokens) {
        Path file = CachedBases.path(name);
        GgufFile gguf = GgufFile.open(file);
        return new CompiledModels(BaseResolver.standard(DownloadProgress.none()).cacheFolder(), DownloadProgress.none())
                .open(file, TransformerConfig.fromGguf(gguf.metadata()), gguf, bits, Map.of(), rows, contextTokens);
    }

    /** Quantised activations move logits by some tenths, so near ties may fall the other way: most tokens, not all. */
    @ParameterizedTest
    @ValueSource(strings = {"smollm2-135m-instruct", "qwen2.5-coder-0.5b-instruct"})
    void mostGreedyTokensEqualTransformers(String name) throws IOException {
        Path reference = Path.of("src/test/resources/transformer/base-" + name + ".json");
        List<ReferenceModel.Case> cases = ReferenceModel.cases(new ObjectMapper().readTree(reference.toFile()));
        assertThat(cases).hasSize(10);
        try (CompiledExecutor executor = open(name, CompiledModels.DEFAULT_BITS, cases.size(), 128)) {
            List<int[]> tokens = ReferenceModel.greedy(executor, cases.stream().map(ReferenceModel.Case::prompt).toList(),
                    Collections.nCopies(cases.size(), "base"), 20);
            int whole = 0;
            int same = 0;
            for (int i = 0; i < cases.size(); i++) {
                int common = Arrays.mismatch(tokens.get(i), cases.get(i).greedy());
                whole += common < 0 ? 1 : 0;
                same += common < 0 ? 20 : common;
            }
            System.out.printf("%s, compiled, %d bits: %d of 10 completions equal, %d of 200 tokens before the first difference%n",
                    name, CompiledModels.DEFAULT_BITS, whole, same);
            assertThat(same).isGreaterThanOrEqualTo(120);
        }
    }

    @Test
    @Tag("speed")
    void speed() {
        String name = System.getProperty("memlora.base", "qwen2.5-coder-0.5b-instruct");
        int bits = Integer.getInteger("memlora.bits", CompiledModels.DEFAULT_BITS);
        long begin = System.nanoTime();
        try (CompiledExecutor executor = open(name, bits, 16, 1536)) {
            System.out.printf("%s, %d bits: opened in %.1f s%n", name, bits, (System.nanoTime() - begin) / 1e9);
            int[] prompt = new int[200];
            Arrays.setAll(prompt, i -> 100 + i * 37 % 5000);
            for (int rows : new int[] {1, 1, 4, 8, 16}) {
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
                System.out.printf("%s, %d bits, batch %d: prefill %.0f tokens/s, decode %.1f tokens/s%n", name, bits, rows,
                        rows * prompt.length / prefill, rows * steps / decode);
            }
        }
    }
}
