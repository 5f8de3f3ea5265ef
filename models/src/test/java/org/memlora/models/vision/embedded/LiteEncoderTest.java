package org.memlora.models.vision.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.memlora.models.safetensors.SafetensorsFile;

/** Beside what the published PyTorch architecture gives with our weights (make_encoder_fixture.py, which compares them with the published ones). */
class LiteEncoderTest {
    private static final Path FOLDER = Path.of("encoders/efficientnet-lite0");

    @Test
    void computesWhatThePublishedModelComputes() throws IOException {
        JsonNode expected;
        try (InputStream in = LiteEncoderTest.class.getResourceAsStream("/vision/efficientnet-lite0.json")) {
            expected = new ObjectMapper().readTree(in);
        }
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            LiteEncoder encoder = new LiteEncoder(SafetensorsFile.open(FOLDER.resolve(LiteEncoder.FILE)), manager);
            int side = expected.get("side").asInt();
            NDArray picture = manager.create(pixels(side), new Shape(1, 3, side, side));
            requireEqual(expected.get("block4"), encoder.before(5, picture), 97, 2e-3);
            requireEqual(expected.get("block10"), encoder.before(11, picture), 97, 2e-3);
            NDArray logits = encoder.classes(5, encoder.before(5, picture));
            requireEqual(expected.get("logits"), logits, 25, 2e-3);
            assertThat(logits.argMax(1).getLong()).isEqualTo(expected.get("best").get(0).asLong());
        }
    }

    private static void requireEqual(JsonNode expected, NDArray found, int step, double tolerance) {
        float[] values = found.toFloatArray();
        assertThat(expected.size()).isGreaterThan(30);
        for (int i = 0; i < expected.size(); i++) {
            assertThat((double) values[i * step]).as("value %d of %s", i * step, found.getShape()).isCloseTo(expected.get(i).asDouble(), within(tolerance));
        }
    }

    private static float[] pixels(int side) {
        float[] values = new float[3 * side * side];
        for (int c = 0, at = 0; c < 3; c++) {
            for (int y = 0; y < side; y++) {
                for (int x = 0; x < side; x++) {
                    int value = (x * 3 + y * 2 * c + x / 12 * (y / 9) % 7 * 19 + c * 40) % 256;
                    values[at++] = (float) ((value - LiteEncoder.PIXEL_MEAN) / LiteEncoder.PIXEL_SCALE);
                }
            }
        }
        return values;
    }
}
