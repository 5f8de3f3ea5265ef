package org.memlora.models.vision.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PhotoNamesTest {
    private static final int TABBY = 281;
    private static final int EGYPTIAN_CAT = 285;
    private static final int TEAPOT = 849;

    private final PhotoNames names = PhotoNames.read(Path.of("encoders/efficientnet-lite0"));

    private static float[] shares(int first, float share, int second, float other) {
        float[] shares = new float[LiteEncoder.CLASSES];
        Arrays.fill(shares, (1 - share - other) / (shares.length - 2));
        shares[first] = share;
        shares[second] = other;
        return shares;
    }

    @Test
    void aGroupTakesPartInWhatItsClassesShare() {
        assertThat(names.of(shares(TABBY, 0.3f, EGYPTIAN_CAT, 0.3f))).contains("cat");
        assertThat(names.of(shares(TABBY, 0.6f, TEAPOT, 0.1f))).contains("cat");
        assertThat(names.of(shares(TABBY, 0.95f, TEAPOT, 0.01f))).contains("tabby");
        assertThat(names.of(shares(TEAPOT, 0.6f, TABBY, 0.1f))).contains("teapot");
    }

    @Test
    void whatIsNotSureGetsNoName() {
        assertThat(names.of(shares(TEAPOT, 0.45f, TABBY, 0.4f))).isEmpty();
        assertThat(PhotoText.description(Optional.empty())).isEqualTo("a photo; what it shows is not clear");
        assertThat(PhotoText.description(Optional.of("airliner"))).isEqualTo("a photo of an airliner");
    }

    @Test
    void allNamesAreThere() {
        List<String> all = names.all();
        assertThat(all).hasSizeGreaterThan(LiteEncoder.CLASSES).contains("goldfish", "toilet tissue", "cat", "rocket").doesNotContain("");
    }
}
