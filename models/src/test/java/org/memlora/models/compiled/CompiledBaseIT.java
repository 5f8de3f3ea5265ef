package org.memlora.models.compiled;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.models.bases.BaseResolver;
import org.memlora.models.bases.CachedBases;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.gguf.GgufFile;
import org.memlora.models.transformer.ReferenceModel;
import org.memlora.models.transformer.TransformerConfig;

/** Real bases, compiled, against transformers loading the same file. */
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
}
