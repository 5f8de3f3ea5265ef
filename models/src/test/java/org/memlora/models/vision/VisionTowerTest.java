package org.memlora.models.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.transformer.ReferenceModel;
import org.memlora.models.weights.ModelFileException;
import org.memlora.models.weights.WeightSource;

class VisionTowerTest {

    @ParameterizedTest
    @ValueSource(strings = {"idefics3", "internvl"})
    void tileByTileEqualsAllTilesTogether(String name) {
        ReferenceVisionModel model = ReferenceVisionModel.of(name);
        TiledPicture tiles = model.tiles(model.cases().get(0));
        try (VisionTower together = model.tower(VisionTower.SCORE_BYTES); VisionTower single = model.tower(1)) {
            assertThat(single.tilesPerStep()).isEqualTo(1);
            assertThat(together.tilesPerStep()).isGreaterThan(tiles.tiles().size());
            assertThat(ReferenceModel.maxDifference(single.features(tiles), together.features(tiles))).isLessThan(1e-5f);
        }
    }

    /** The published sizes: one tile at a time, so that a picture of any number of tiles takes the memory of one. */
    @ParameterizedTest
    @CsvSource({"12, 512, 16, IDEFICS3", "16, 448, 14, INTERNVL"})
    void aPublishedTileFillsAStep(int heads, int side, int patch, VisionConfig.Family family) {
        VisionConfig config = new VisionConfig(family, side, patch, heads * 64, 12, heads, 3072, 1e-6, family == VisionConfig.Family.IDEFICS3 ? 4 : 2, 0);
        long scores = (long) heads * config.tokens() * config.tokens() * Float.BYTES;
        assertThat(scores).isBetween(VisionTower.SCORE_BYTES / 2, VisionTower.SCORE_BYTES * 2);
        assertThat(config.featuresPerTile()).isEqualTo(family == VisionConfig.Family.IDEFICS3 ? 64 : 256);
    }

    @ParameterizedTest
    @ValueSource(strings = {"idefics3", "internvl"})
    void hundredCallsKeepNoArrays(String name) {
        ReferenceVisionModel model = ReferenceVisionModel.of(name);
        TiledPicture tiles = model.tiles(model.cases().get(0));
        try (VisionTower tower = model.tower(1)) {
            tower.features(tiles);
            int before = tower.liveArrays();
            for (int i = 0; i < 100; i++) {
                tower.features(tiles);
            }
            assertThat(tower.liveArrays()).isEqualTo(before);
            System.out.println(name + ": live arrays before and after 100 pictures: " + before);
        }
    }

    /** Later releases of transformers can write model.language_model.… where the published files have language_model.model.… */
    @Test
    void bothLayoutsOfInternVlAreRead() {
        ReferenceVisionModel model = ReferenceVisionModel.of("internvl");
        Map<String, String> renamed = new LinkedHashMap<>();
        SafetensorsFile file = SafetensorsFile.open(model.path());
        for (String name : file.names()) {
            renamed.put(name.startsWith("language_model.model.") ? "model.language_model." + name.substring("language_model.model.".length())
                    : "model." + name, name);
        }
        VisionWeights later = new VisionWeights(new Renamed(file, renamed));
        assertThat(later.names()).containsExactlyElementsOf(new VisionWeights(file).names());
        assertThat(later.read("model.norm.weight")).isEqualTo(file.read("language_model.model.norm.weight"));
        int width = (int) later.shape("model.embed_tokens.weight")[1];
        assertThat(later.readRows("model.embed_tokens.weight", 3, 2))
                .isEqualTo(Arrays.copyOfRange(later.read("model.embed_tokens.weight"), 3 * width, 5 * width));
        assertThat(later.shape("vision.embeddings.cls_token")).containsExactly(1, 1, 24);
    }

    @Test
    void aTensorOfAnotherShapeIsNamed() {
        ReferenceVisionModel model = ReferenceVisionModel.of("idefics3");
        VisionConfig wide = new VisionConfig(VisionConfig.Family.IDEFICS3, 24, 6, 48, 2, 3, 40, 1e-6, 2, 0);
        assertThatThrownBy(() -> VisionTower.load(wide, model.folder().weights(), 32, Device.cpu(), DataType.FLOAT32))
                .hasMessageContaining("vision.embeddings.patch_embedding.weight").hasMessageContaining("expected [48, 3, 6, 6]");
        assertThatThrownBy(() -> VisionTower.load(model.folder().vision(), SafetensorsFile.open(ReferenceVisionModel.of("internvl").path()), 32,
                Device.cpu(), DataType.FLOAT32)).isInstanceOf(ModelFileException.class);
    }

    @ParameterizedTest
    @CsvSource({"hidden_act, relu, hidden_act is relu", "norm_type, rms_norm, norm_type is rms_norm", "use_qk_norm, true, use_qk_norm is true"})
    void variantsThatWouldComputeSomethingElseAreRefused(String key, String value, String shown) throws IOException {
        ObjectNode config = (ObjectNode) new ObjectMapper().readTree(ReferenceVisionModel.of("internvl").path().resolve("config.json").toFile());
        ((ObjectNode) config.get("vision_config")).put(key, value);
        assertThatThrownBy(() -> VisionConfig.fromHuggingFace(config)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(shown);
    }

    @Test
    void anotherModelIsRefused() throws IOException {
        ObjectNode config = new ObjectMapper().createObjectNode().put("model_type", "llava");
        assertThat(VisionConfig.family(config)).isEmpty();
        assertThatThrownBy(() -> VisionConfig.fromHuggingFace(config)).hasMessageContaining("model_type is llava, expected idefics3");
    }

    private record Renamed(WeightSource file, Map<String, String> originals) implements WeightSource {
        @Override
        public Set<String> names() {
            return originals.keySet();
        }

        @Override
        public long[] shape(String name) {
            return file.shape(originals.get(name));
        }

        @Override
        public float[] read(String name) {
            return file.read(originals.get(name));
        }

        @Override
        public void read(String name, FloatBuffer target) {
            file.read(originals.get(name), target);
        }

        @Override
        public float[] readRows(String name, long first, int count) {
            return file.readRows(originals.get(name), first, count);
        }
    }
}
