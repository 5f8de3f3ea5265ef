package org.memlora.models.vision.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.models.picture.RgbPicture;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.safetensors.SafetensorsWriter;
import org.memlora.models.transformer.DecoderWeights;
import org.memlora.models.transformer.ReferenceModel;
import org.memlora.models.vision.embedded.SightConfig.Attribute;
import org.memlora.models.vision.embedded.SightConfig.Kind;
import org.memlora.models.vision.embedded.SightConfig.Tally;

class ObjectSightTest {
    private static final Path ENCODER = Path.of("encoders/efficientnet-lite0");
    private static final SightConfig CONFIG = new SightConfig(64, 5, 16, 1, 2, 8, 4, List.of(new Attribute("tint", List.of("light", "dark"))),
            List.of(new Attribute("shape", List.of("circle", "square", "")), new Attribute("unusual", List.of("", "unusual"))),
            List.of(new Attribute("part", List.of("", "dot"))), List.of());

    @TempDir
    private Path folder;

    private static ObjectSight fresh() {
        return ObjectSight.load(CONFIG, EyesFolder.encoder(ENCODER), null, 7, Device.cpu());
    }

    private static RgbPicture picture(int seed) {
        byte[] rgb = new byte[64 * 64 * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i * 31 / (7 + seed) + seed * 50);
        }
        return new RgbPicture(64, 64, rgb);
    }

    @Test
    void aPictureIsSeenAsIfItWereAlone() {
        try (ObjectSight sight = fresh(); NDManager scratch = sight.manager().newSubManager()) {
            int[][] cells = {{1, 6}, {}, {3, 9, 15}};
            NDArray grid = sight.grid(sight.trunk(List.of(picture(1), picture(2), picture(3)), scratch));
            float[] together = sight.see(grid, cells).tokens().toFloatArray();
            assertThat(together).hasSize((3 + 5) * CONFIG.width());

            NDArray alone = sight.grid(sight.trunk(List.of(picture(3)), scratch));
            float[] single = sight.see(alone, new int[][] {cells[2]}).tokens().toFloatArray();

            float[] ofTogether = Arrays.copyOfRange(together, 4 * CONFIG.width(), together.length);
            assertThat(ReferenceModel.maxDifference(ofTogether, single)).isLessThan(1e-3f);
            float[] other = sight.see(alone, new int[][] {{3, 9, 14}}).tokens().toFloatArray();
            assertThat(ReferenceModel.maxDifference(other, single)).as("another place of an object").isGreaterThan(1e-2f);
        }
    }

    @Test
    void whatIsWrittenIsReadAgainAndCallsKeepNoArrays() throws IOException {
        try (ObjectSight sight = fresh()) {
            EyesFolder.write(folder, sight, null, null);
            assertThat(SightConfig.read(folder)).isEqualTo(CONFIG);
            try (ObjectSight again = ObjectSight.load(CONFIG, EyesFolder.encoder(ENCODER), SafetensorsFile.open(folder.resolve(EyesFolder.FILE)), 0, Device.cpu())) {
                List<String> names = List.copyOf(sight.parameters().keySet());
                assertThat(again.parameters().keySet()).containsExactlyElementsOf(names);
                for (String name : names) {
                    assertThat(ReferenceModel.maxDifference(again.parameters().get(name).toFloatArray(), sight.parameters().get(name).toFloatArray()))
                            .as(name).isLessThan(0.02f);
                }
                again.look(List.of(picture(1)));
                int arrays = again.manager().getManagedArrays().size();
                for (int i = 0; i < 5; i++) {
                    again.look(List.of(picture(i)));
                }
                assertThat(again.manager().getManagedArrays().size()).isEqualTo(arrays);
            }
        }
    }

    @Test
    void featuresHoldSharesOfTheTokensOwnKindOnly() {
        float[] tokens = new float[2 * CONFIG.width()];
        float[] logits = {5, 0, /* shape */ 0, 0, 0, 0, 0, 0, 0,   0, 0, 1, 9, 1, 0, 3, 0, 9};

        ObjectFeatures found = ObjectFeatures.of(CONFIG, new int[] {6}, tokens, logits, 0);

        assertThat(found.values()).extracting(ObjectFeatures.Told::kind).containsExactly(Kind.PICTURE, Kind.OBJECT, Kind.PART);
        assertThat(found.values().get(1).values()).containsExactly(1, 1);
        assertThat(found.values().get(1).cell()).isEqualTo(6);
        float[] object = found.rows()[1];
        assertThat(object).hasSize(CONFIG.featureWidth());
        assertThat(object[0] + object[1]).as("tint").isZero();
        assertThat(object[2] + object[3] + object[4]).isCloseTo(1, within(1e-5f));
        assertThat(object[7] + object[8]).as("part").isZero();
        assertThat(found.rows()[2][8]).isGreaterThan(0.99f);
    }

    @Test
    void whatIsAlikeIsCountedWhereItHasANameAndThereIsEnoughOfIt() {
        SightConfig config = new SightConfig(64, 5, 16, 1, 2, 8, 4, List.of(new Attribute("tint", List.of("light", "dark"))),
                List.of(new Attribute("shape", List.of("circle", "square", "")), new Attribute("colour", List.of("red", "blue")),
                        new Attribute("alike", List.of("one", "two", "three"))),
                List.of(new Attribute("part", List.of("", "dot"))), List.of(new Tally(List.of(0), 2, 1), new Tally(List.of(0, 1), 2, 1), new Tally(List.of(1), 2, 5)));
        float[] tokens = new float[6 * config.width()];
        // tint, shape, colour, alike, part of the picture and of five objects: red square, blue square, red square, two red ones without a name
        float[] logits = {5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,   0, 0, 0, 9, 0, 9, 0, 9, 0, 0, 9, 0,   0, 0, 0, 9, 0, 0, 9, 9, 0, 0, 9, 0,
            0, 0, 0, 9, 0, 9, 0, 9, 0, 0, 9, 0,   0, 0, 0, 0, 9, 9, 0, 9, 0, 0, 9, 0,   0, 0, 0, 0, 9, 9, 0, 9, 0, 0, 9, 0};

        ObjectFeatures found = ObjectFeatures.of(config, new int[] {1, 2, 3, 4, 5}, tokens, logits, 0);

        assertThat(found.values()).hasSize(6);
        assertThat(found.rows()).hasNumberOfRows(12);
        int kinds = config.values() + config.width();
        for (int object = 1; object <= 5; object++) {
            assertThat(found.rows()[object][7] + found.rows()[object][8] + found.rows()[object][9]).as("a number of its own").isZero();
        }
        assertThat(found.rows()[6]).as("squares").containsExactly(ones(config, 3, kinds + Kind.COUNTED.ordinal()));
        assertThat(found.rows()[7]).as("three").containsExactly(ones(config, 9, kinds + Kind.NUMBER.ordinal()));
        assertThat(found.rows()[8]).as("red squares").containsExactly(ones(config, 3, 5, kinds + Kind.COUNTED.ordinal()));
        assertThat(found.rows()[9]).as("two").containsExactly(ones(config, 8, kinds + Kind.NUMBER.ordinal()));
        assertThat(found.rows()[10]).as("blue squares").containsExactly(ones(config, 3, 6, kinds + Kind.COUNTED.ordinal()));
        assertThat(found.rows()[11]).as("one").containsExactly(ones(config, 7, kinds + Kind.NUMBER.ordinal()));
    }

    private static float[] ones(SightConfig config, int... at) {
        float[] row = new float[config.featureWidth()];
        for (int i : at) {
            row[i] = 1;
        }
        return row;
    }

    @Test
    void theProjectorBeginsWithTheWordsOfWhatIsSeen() throws IOException {
        ReferenceModel model = ReferenceModel.of("llama-tied");
        DecoderWeights.Matrix words = new DecoderWeights(SafetensorsFile.open(model.folder()), model.config()).embedding();
        float[] row = new float[CONFIG.featureWidth()];
        row[2] = 0.25f;   // circle
        row[3] = 0.75f;   // square
        row[4] = 0.5f;    // has no word
        WordsAsTokens tokenizer = new WordsAsTokens(List.of(" light", " dark", " circle", " square", " unusual", " dot"));
        try (WordProjector projector = WordProjector.fresh(CONFIG, words, tokenizer, 3, Device.cpu())) {
            float[] vector = projector.vectors(new ObjectFeatures(new float[][] {row}, List.of()));
            float[] circle = words.read(2, 1);
            float[] square = words.read(3, 1);
            for (int i = 0; i < vector.length; i++) {
                assertThat(vector[i]).isCloseTo(0.25f * circle[i] + 0.75f * square[i], within(1e-5f));
            }
            SafetensorsWriter writer = new SafetensorsWriter();
            projector.add(writer);
            writer.write(folder.resolve("projector.safetensors"));
            try (WordProjector again = WordProjector.load(CONFIG, model.config().width(), SafetensorsFile.open(folder.resolve("projector.safetensors")), Device.cpu())) {
                assertThat(ReferenceModel.maxDifference(again.vectors(new ObjectFeatures(new float[][] {row}, List.of())), vector)).isLessThan(1e-2f);
            }
        }
    }

    @Test
    void scenesBecomeVectorsAndOtherPicturesWords() throws IOException {
        try (ObjectSight sight = fresh(); WordProjector projector = WordProjector.fresh(CONFIG, new Zeros(), new WordsAsTokens(List.of()), 3, Device.cpu())) {
            List<float[]> styles = new ArrayList<>();
            List<RgbPicture> familiar = new ArrayList<>();
            for (int i = 0; i < 92; i++) {
                familiar.add(flat(i));
            }
            sight.look(familiar, styles);
            EyesFolder.write(folder, sight, projector, Familiarity.fit(styles.subList(0, 84), styles.subList(84, 92)));
        }
        WordsAsTokens tokenizer = new WordsAsTokens(List.of(PhotoText.prompt(Optional.empty())));
        try (EmbeddedEyes eyes = EmbeddedEyes.open(folder, ENCODER, Zeros.WIDTH, tokenizer, Device.cpu())) {
            assertThat(eyes.see(flat(500)).vectors()).as("a familiar picture").isNotEmpty();
            assertThat(eyes.see(flat(500)).prompt().apply(900)).startsWith(900);
            RgbPicture other = picture(1);
            assertThat(eyes.strangeness(other)).isGreaterThan(1);
            assertThat(eyes.see(other).vectors()).isEmpty();
            assertThat(eyes.see(other).prompt().apply(-1)).containsExactly(0);
        }
    }

    /** One colour with a square of another. */
    private static RgbPicture flat(int seed) {
        byte[] rgb = new byte[64 * 64 * 3];
        for (int i = 0; i < rgb.length; i++) {
            int x = i / 3 % 64;
            int y = i / 3 / 64;
            boolean square = x > 10 + seed % 7 * 3 && x < 30 + seed % 7 * 3 && y > 8 + seed % 5 * 4 && y < 28 + seed % 5 * 4;
            rgb[i] = (byte) (square ? 40 + seed * 37 % 90 + i % 3 * (seed % 11) * 9 : 170 + seed * 13 % 60);
        }
        return new RgbPicture(64, 64, rgb);
    }

    private static final class Zeros implements DecoderWeights.Matrix {
        static final int WIDTH = 12;

        @Override
        public int rows() {
            return 1;
        }

        @Override
        public int columns() {
            return WIDTH;
        }

        @Override
        public float[] read(int first, int count) {
            return new float[count * WIDTH];
        }
    }

    @Test
    void aFolderThatIsIncompleteIsNamed() {
        assertThatThrownBy(() -> EyesFolder.encoder(folder)).hasMessageContaining("expected the weights of EfficientNet-lite0");
        assertThatThrownBy(() -> EyesFolder.encoderFor(folder)).hasMessageContaining("expected the pretrained encoder");
        assertThatThrownBy(() -> SightConfig.read(folder)).hasMessageContaining("The eyes' configuration").hasMessageContaining("sight.json");
        assertThat(EyesFolder.encoderFor(Path.of("experts/smollm2-135m-instruct/vision"))).isEqualTo(ENCODER.toAbsolutePath().normalize());
    }
}
