package org.memlora.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.models.bases.CachedBases;
import org.memlora.models.gguf.GgufFile;
import org.memlora.models.lora.ExpertLoader;
import org.memlora.models.lora.LoraAdapter;

/** The experts of models/experts against what PEFT answers with the same files (check_experts_with_peft.py). */
class ShippedExpertsIT {

    @ParameterizedTest
    @ValueSource(strings = {"smollm2-135m-instruct", "qwen2.5-coder-0.5b-instruct"})
    void greedyTokensEqualPeft(String name) throws IOException {
        Path folder = Path.of("experts", name);
        Path reference = Path.of("src/test/resources/transformer/experts-" + name + ".json");
        Assumptions.assumeTrue(Files.isDirectory(folder) && Files.exists(reference), "no experts are shipped for " + name);
        GgufFile gguf = GgufFile.open(CachedBases.path(name));
        TransformerConfig config = TransformerConfig.fromGguf(gguf.metadata());
        Map<String, LoraAdapter> experts = new TreeMap<>(ExpertLoader.load(folder, config));
        experts.remove("vision");   // pictures go in as vectors, not as tokens
        JsonNode recorded = new ObjectMapper().readTree(reference.toFile());
        List<String> stages = new ArrayList<>();
        recorded.fieldNames().forEachRemaining(stages::add);
        assertThat(stages).as("stages recorded").containsExactlyInAnyOrderElementsOf(experts.keySet());
        try (EagerExecutor executor = EagerExecutor.load(config, gguf, experts, 3, 256, Device.cpu())) {
            for (String stage : stages) {
                List<ReferenceModel.Case> cases = ReferenceModel.cases(recorded.get(stage));
                assertThat(cases).hasSize(3);
                List<int[]> tokens = ReferenceModel.greedy(executor, cases.stream().map(ReferenceModel.Case::prompt).toList(),
                        Collections.nCopies(3, stage), 20);
                for (int i = 0; i < 3; i++) {
                    int[] greedy = cases.get(i).greedy();
                    assertThat(Arrays.copyOf(tokens.get(i), greedy.length)).as("%s, prompt %d, up to the end token", stage, i).isEqualTo(greedy);
                }
            }
        }
    }
}
