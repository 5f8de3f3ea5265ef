package org.memlora.models.vision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.models.GenerationRequest;
import org.memlora.models.picture.RgbPicture;
import org.memlora.models.transformer.EagerExecutor;
import org.memlora.models.transformer.ReferenceModel;
import org.memlora.models.transformer.TransformerExecutor.RowInput;

/** Every stage of SmolVLM (Idefics3) and InternVL against transformers. */
class VisionParityTest {
    private static final float CLOSE = 1e-4f;

    @ParameterizedTest
    @ValueSource(strings = {"idefics3", "internvl"})
    void tilesEqualThoseOfTheReference(String name) {
        ReferenceVisionModel model = ReferenceVisionModel.of(name);
        System.out.println(name + ": recorded with transformers " + model.reference().path("transformers").asText() + ", Pillow "
                + model.reference().path("pillow").asText());
        for (ReferenceVisionModel.Case one : model.cases()) {
            TiledPicture tiles = model.tiles(one);
            assertThat(pixels(tiles)).as(one.picture()).isEqualTo(one.tiles());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"idefics3", "internvl"})
    void scaledPixelsEqualThoseOfTheReference(String name) {
        ReferenceVisionModel model = ReferenceVisionModel.of(name);
        TiledPicture tiles = model.tiles(model.cases().get(0));

        float[] oneByOne = tiles.patches(0, 1, 1);   // patches of one pixel: [side * side, 3]

        float[] expected = model.recorded().read("pixels0");
        int pixels = tiles.side() * tiles.side();
        for (int i = 0; i < pixels; i++) {
            for (int colour = 0; colour < RgbPicture.CHANNELS; colour++) {
                assertThat(oneByOne[i * RgbPicture.CHANNELS + colour]).isCloseTo(expected[colour * pixels + i],
                        org.assertj.core.data.Offset.offset(1e-6f));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"idefics3", "internvl"})
    void featuresEqualThoseOfTheReference(String name) {
        ReferenceVisionModel model = ReferenceVisionModel.of(name);
        float most = 0;
        try (VisionTower tower = model.tower(VisionTower.SCORE_BYTES)) {
            for (ReferenceVisionModel.Case one : model.cases()) {
                most = Math.max(most, ReferenceModel.maxDifference(tower.features(model.tiles(one)), one.features()));
            }
        }
        System.out.printf("%s: largest difference of features %.2e%n", name, most);
        assertThat(most).isLessThan(CLOSE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"idefics3", "internvl"})
    void promptsEqualThoseOfTheReference(String name) {
        ReferenceVisionModel model = ReferenceVisionModel.of(name);
        for (ReferenceVisionModel.Case one : model.cases()) {
            TiledPicture tiles = model.tiles(one);
            int first = 1_000_000;
            int[] prompt = model.prompt(one, tiles, first);

            int[] features = Arrays.stream(prompt).filter(token -> token >= first).toArray();
            assertThat(features).hasSize(tiles.tiles().size() * model.folder().vision().featuresPerTile()).isSorted().startsWith(first)
                    .endsWith(first + features.length - 1);
            int[] written = Arrays.stream(prompt).map(token -> token >= first ? model.folder().vision().imageToken() : token).toArray();
            assertThat(written).as(one.picture()).isEqualTo(one.prompt());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"idefics3", "internvl"})
    void logitsAndGreedyTokensEqualThoseOfTheReference(String name) {
        ReferenceVisionModel model = ReferenceVisionModel.of(name);
        float most = 0;
        try (VisionTower tower = model.tower(VisionTower.SCORE_BYTES); EagerExecutor executor = model.executor(1)) {
            for (ReferenceVisionModel.Case one : model.cases()) {
                TiledPicture tiles = model.tiles(one);
                int first = executor.supplyEmbeddings(tower.features(tiles));
                int[] prompt = model.prompt(one, tiles, first);
                for (String expert : List.of(GenerationRequest.BASE, ReferenceVisionModel.EXPERT)) {
                    boolean base = expert.equals(GenerationRequest.BASE);
                    float[] logits = executor.forward(List.of(new RowInput(0, 0, prompt, expert))).get(0)[0];
                    most = Math.max(most, ReferenceModel.maxDifference(logits, base ? one.logits() : one.expertLogits()));
                    int[] expected = base ? one.greedy() : one.expertGreedy();
                    assertThat(ReferenceModel.greedy(executor, List.of(prompt), List.of(expert), expected.length).get(0)).as("%s, %s", one.picture(), expert)
                            .isEqualTo(expected);
                }
                executor.dropEmbeddings(first);
            }
        }
        System.out.printf("%s: largest difference of logits %.2e%n", name, most);
        assertThat(most).isLessThan(CLOSE);
    }

    /** [tiles, 3, side, side] */
    private static float[] pixels(TiledPicture picture) {
        int side = picture.side();
        float[] values = new float[picture.tiles().size() * RgbPicture.CHANNELS * side * side];
        int at = 0;
        for (TiledPicture.Tile tile : picture.tiles()) {
            for (int colour = 0; colour < RgbPicture.CHANNELS; colour++) {
                for (int y = 0; y < side; y++) {
                    for (int x = 0; x < side; x++) {
                        int pixel = (tile.y() + y) * tile.picture().width() + tile.x() + x;
                        values[at++] = tile.picture().rgb()[pixel * RgbPicture.CHANNELS + colour] & 0xFF;
                    }
                }
            }
        }
        return values;
    }
}
