package org.memlora.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.distillation.CrossValidation.Fold;
import org.memlora.distillation.DistillationConfig.Expert;
import org.memlora.distillation.DistillationConfig.Lora;
import org.memlora.distillation.examples.ExampleFile;
import org.memlora.distillation.examples.TrainingExample;
import org.memlora.distillation.training.TrainingSettings;
import org.memlora.distillation.training.TrainingSettings.Schedule;
import org.memlora.models.ChatMessage;
import org.memlora.models.OpenedBase;
import org.memlora.models.lora.AdapterFile;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.testing.HashEmbedder;
import org.memlora.models.transformer.Precision;
import org.memlora.models.transformer.TransformerConfig;

class CrossValidationTest {
    private static final Path TINY = Path.of("../models/src/test/resources/transformer/qwen2-tied");

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final List<Set<String>> scored = new ArrayList<>();
    private int scoresLeft = Integer.MAX_VALUE;

    private static List<TrainingExample> examples(String... conversations) {
        List<TrainingExample> examples = new ArrayList<>();
        for (String conversation : conversations) {
            examples.add(new TrainingExample(List.of(ChatMessage.user("say " + examples.size())), "so " + conversation, List.of("1"), conversation + "/category-4"));
        }
        return examples;
    }

    private static DistillationConfig config(Path folder, double rate) {
        TrainingSettings training = new TrainingSettings(rate, Schedule.COSINE, 0.1, 0.01, 1, 4, 60, 100, 2, 1, 8, 0, 1000, 7, Precision.FLOAT32);
        return new DistillationConfig("tiny", folder.resolve("experts"), 64, new DistillationConfig.Data(folder, List.of(), List.of(), null, 1),
                Map.of("generation", new Expert(new Lora(4, 8, 0.1, List.of("q_proj")), training)));
    }

    private List<Fold> run(Path folder, double rate, int folds) {
        OpenedBase base = new OpenedBase(TINY, TransformerConfig.fromHuggingFace(TINY.resolve("config.json")), SafetensorsFile.open(TINY), new LetterTokenizer());
        return new CrossValidation(config(folder, rate), base, Device.cpu(), new PrintStream(printed, true, StandardCharsets.UTF_8), (stage, experts, heldOut) -> {
            if (scoresLeft-- == 0) {
                throw new IllegalStateException("interrupted");
            }
            assertThat(AdapterFile.read(stage, experts.resolve(stage)).weights()).isNotEmpty();
            Set<String> conversations = new HashSet<>();
            heldOut.forEach(example -> conversations.add(example.source().replaceFirst("/.*", "")));
            scored.add(conversations);
            return heldOut.size() == 1 ? Map.of("tokenF1", 0.5) : Map.of("tokenF1", 0.2, "tokenF1 category-2", 0.1);
        }).run("generation", folds);
    }

    private static void writeSets(Path folder) {
        ExampleFile.write(folder.resolve("train-generation.jsonl"), examples("a", "a", "a", "b", "b", "c", "d"));
        ExampleFile.write(folder.resolve("validation-generation.jsonl"), examples("v", "v"));
        ExampleFile.write(folder.resolve("folds-generation.jsonl"), examples("a", "b", "c", "d"));
    }

    @Test
    void eachConversationIsHeldOutOnceAndAnInterruptedRunGoesOn(@TempDir Path folder) throws Exception {
        writeSets(folder);
        scoresLeft = 2;
        assertThatThrownBy(() -> run(folder, 0.01, 3)).hasMessage("interrupted");
        scoresLeft = Integer.MAX_VALUE;
        List<Fold> folds = run(folder, 0.01, 3);

        assertThat(folds).extracting(Fold::conversations).containsExactly(List.of("a"), List.of("b"), List.of("c", "d"));
        assertThat(folds).extracting(Fold::trainingExamples).containsExactly(4, 5, 5);
        assertThat(folds).extracting(Fold::heldOut).containsExactly(1, 1, 2);
        assertThat(scored).as("no fold twice, each on its own conversations").containsExactly(Set.of("a"), Set.of("b"), Set.of("c", "d"));
        assertThat(printed.toString(StandardCharsets.UTF_8)).as("the third fold's training was done").contains("resumed after step 2")
                .contains("fold 1 of 3, [a], 1 examples: tokenF1 0.500").contains("generation, mean of 3 folds: tokenF1 0.400");
        JsonNode json = new ObjectMapper().readTree(folder.resolve("experts/generation/folds-3/scores.json").toFile());
        assertThat(json.get("mean").get("tokenF1").asDouble()).isCloseTo(0.4, Offset.offset(1e-9));
        assertThat(json.get("mean").get("tokenF1 category-2").asDouble()).as("of the fold that has it").isCloseTo(0.1, Offset.offset(1e-9));
        assertThat(json.get("folds")).hasSize(3);
    }

    @Test
    void wrongFoldsAreOneSentence(@TempDir Path folder) {
        writeSets(folder);
        assertThatThrownBy(() -> run(folder, 0.01, 5)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("There can't be 5 folds: the training set of generation has 4 conversations, expected 2 to 4 folds.");
        ExampleFile.write(folder.resolve("folds-generation.jsonl"), List.of(new TrainingExample(List.of(ChatMessage.user("x".repeat(80))), "so", List.of(), "a/category-1")));
        assertThatThrownBy(() -> run(folder, 0.01, 2)).hasMessageMatching("The longest prompt of .*folds-generation.jsonl has \\d+ tokens, contextTokens of the configuration is 64.*");
        assertThat(scored).as("nothing trained").isEmpty();
        writeSets(folder);
        run(folder, 0.01, 2);
        assertThatThrownBy(() -> run(folder, 0.02, 2)).hasMessageContaining("belong to a run with other settings or data").hasMessageContaining("fold.json");
        ExampleFile.write(folder.resolve("folds-generation.jsonl"), examples("a"));
        assertThatThrownBy(() -> run(folder, 0.01, 4)).hasMessageContaining("folds-generation.jsonl").hasMessageContaining("[b]").hasMessageContaining("built again");
        assertThatThrownBy(() -> new TrainingSets(new DistillationConfig.Data(folder.resolve("none"), List.of(), List.of(), null, 1), new HashEmbedder(), System.out)
                .buildFolds("update")).hasMessageContaining("folds-update.jsonl").hasMessageContaining("data.train");
    }
}
