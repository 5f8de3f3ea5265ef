package org.memlora.models.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.models.safetensors.SafetensorsType;
import org.memlora.models.safetensors.SafetensorsWriter;
import org.memlora.models.transformer.Projection;
import org.memlora.models.transformer.TransformerConfig;

class ExpertLoaderTest {
    private static final Path MODELS = Path.of("src/test/resources/transformer");

    private static TransformerConfig config(String model) {
        return TransformerConfig.fromHuggingFace(MODELS.resolve(model).resolve("config.json"));
    }

    @Test
    void readsPeftsFolders() {
        Map<String, LoraAdapter> experts = ExpertLoader.load(MODELS.resolve("llama-tied/experts"), config("llama-tied"));
        assertThat(experts).containsOnlyKeys("all", "qv");
        assertThat(experts.get("all").weights()).hasSize(14);
        LoraConfig qv = experts.get("qv").config();
        assertThat(qv.targetsAreRegex()).isTrue();
        assertThat(qv.targets("model.layers.1.self_attn.v_proj")).isTrue();
        assertThat(qv.targets("model.layers.1.self_attn.k_proj")).isFalse();
        assertThat(qv.scaling(4)).isEqualTo(2);
    }

    @Test
    void readsHowSureAnExpertMustBe(@TempDir Path folder) throws IOException {
        for (String expert : List.of("extraction", "update", "generation")) {
            Files.createDirectories(folder.resolve(expert));
        }
        Files.writeString(folder.resolve("extraction/confidence.json"), "{\"least\": 0.6}");
        assertThat(ExpertConfidence.read(folder, List.of("extraction", "update"))).containsExactly(Map.entry("extraction", 0.6));
        for (String wrong : List.of("{\"least\": 60}", "{\"least\": \"high\"}", "{}")) {
            Files.writeString(folder.resolve("generation/confidence.json"), wrong);
            assertThatThrownBy(() -> ExpertConfidence.read(folder, List.of("generation"))).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("confidence.json").hasMessageContaining("expected 0 to 1");
        }
    }

    @Test
    void refusesAnExpertOfAnotherBaseWithBothShapes() {
        assertThatThrownBy(() -> ExpertLoader.load(MODELS.resolve("qwen2-untied/experts"), config("gemma2")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("does not fit the base")
                .hasMessageContaining("layers.0.self_attn.q_proj is [32, 32] in the expert, [64, 40] in the base");
    }

    /** A vision tower's layers have the names of the transformer's: its weights must not end up there. */
    @Test
    void refusesExpertsOfAVisionTower(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve(AdapterFile.CONFIG), "{\"r\": 1, \"target_modules\": [\"q_proj\"]}");
        String layer = "base_model.model.model.vision_model.encoder.layers.0.self_attn.q_proj.";
        new SafetensorsWriter().add(layer + "lora_A.weight", SafetensorsType.F32, new long[] {1, 2}, new float[2])
                .add(layer + "lora_B.weight", SafetensorsType.F32, new long[] {2, 1}, new float[2]).write(folder.resolve(AdapterFile.WEIGHTS));
        assertThatThrownBy(() -> AdapterFile.read("vision", folder)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("vision_model.encoder.layers.0").hasMessageContaining("is not one of LoRA on the linear layers of a block");
    }

    @Test
    void readsTheExpertOfAVisionLanguageModel() {
        LoraAdapter vision = AdapterFile.read("vision", Path.of("src/test/resources/vision/idefics3/experts/vision"));
        assertThat(vision.weights().keySet()).containsExactlyInAnyOrder(new LoraAdapter.Target(0, Projection.QUERY),
                new LoraAdapter.Target(0, Projection.VALUE), new LoraAdapter.Target(1, Projection.QUERY), new LoraAdapter.Target(1, Projection.VALUE));
    }

    @Test
    void writesWhatItReads(@TempDir Path folder) throws IOException {
        LoraAdapter adapter = AdapterFile.read("all", MODELS.resolve("qwen2-untied/experts/all"));
        AdapterFile.write(adapter, folder);
        LoraAdapter again = AdapterFile.read("all", folder);
        assertThat(again.config()).isEqualTo(adapter.config());
        var target = new LoraAdapter.Target(1, Projection.DOWN);
        assertThat(again.weights().keySet()).isEqualTo(adapter.weights().keySet());
        assertThat(again.weights().get(target).b()).isEqualTo(adapter.weights().get(target).b());
        Files.writeString(folder.resolve(AdapterFile.CONFIG), "{\"r\": 4, \"target_modules\": [\"q_proj\"], \"use_dora\": true}");
        assertThatThrownBy(() -> AdapterFile.read("all", folder)).hasMessageContaining("use_dora is true");
    }
}
