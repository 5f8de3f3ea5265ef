package org.memlora.models.vision.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.memlora.models.picture.RgbPicture;

class EmbeddedEyesTest {

    @ParameterizedTest
    @CsvSource({"1, 10000", "10000, 1", "1, 1", "25000000, 1", "300, 200"})
    void theMiddleOfAStripIsNoLargerThanAnyOther(int width, int height) {
        byte[] rgb = new byte[width * height * RgbPicture.CHANNELS];
        int middle = ((height - 1) / 2 * width + (width - 1) / 2) * RgbPicture.CHANNELS;
        rgb[middle] = 100;
        RgbPicture cut = EmbeddedEyes.middle(new RgbPicture(width, height, rgb));
        assertThat(cut.width()).isEqualTo(cut.height()).isEqualTo(224);
        int red = 0;
        for (int at = 0; at < cut.rgb().length; at += RgbPicture.CHANNELS) {
            red = Math.max(red, cut.rgb()[at]);
        }
        assertThat(red).as("of the brightest pixel of the middle").isGreaterThan(25);
    }
}
