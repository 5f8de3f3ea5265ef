package org.memlora.models.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureDecoderTest {

    @ParameterizedTest
    @ValueSource(strings = {"landscape.png", "portrait-alpha.png", "square-gray.png", "palette.png", "black-white.png", "gray-alpha.png",
        "rgb-transparent.png", "lossless.webp", "lossless-alpha.webp", "turned-6.png", "turned-6.webp"})
    void losslessFilesEqualPillowsPixels(String name) {
        RgbPicture expected = Pictures.recorded("decoded", name.replace('.', '_'));

        assertThat(Pictures.largestDifference(Pictures.decoded(name), expected)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"baseline.jpg", "gray.jpg", "progressive.jpg", "turned-1.jpg", "turned-2.jpg", "turned-3.jpg", "turned-4.jpg",
        "turned-5.jpg", "turned-6.jpg", "turned-7.jpg", "turned-8.jpg"})
    void jpegsEqualPillowsPixelsButForRounding(String name) {
        RgbPicture expected = Pictures.recorded("decoded", name.replace('.', '_'));

        assertThat(Pictures.largestDifference(Pictures.decoded(name), expected)).isLessThanOrEqualTo(2);
    }

    /** The decoder repeats half-size colours where libwebp smooths them, so colours differ along edges; brightness does not. */
    @Test
    void lossyWebpHasPillowsBrightness() {
        RgbPicture found = Pictures.decoded("lossy.webp");
        RgbPicture expected = Pictures.recorded("decoded", "lossy_webp");

        double most = 0;
        for (int i = 0; i < found.rgb().length; i += RgbPicture.CHANNELS) {
            most = Math.max(most, Math.abs(brightness(found.rgb(), i) - brightness(expected.rgb(), i)));
        }
        System.out.printf("lossy WebP: largest difference of brightness %.1f of 255%n", most);
        assertThat(most).isLessThan(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg"})
    void decodingTakesABoundedNumberOfBytesAPixel(String format) throws IOException {
        BufferedImage image = new BufferedImage(1500, 1000, BufferedImage.TYPE_3BYTE_BGR);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, file)).isTrue();
        PictureDecoder decoder = new PictureDecoder(PictureLimits.DEFAULT);
        decoder.decode(file.toByteArray());

        long before = BadPictureTest.allocated();
        decoder.decode(file.toByteArray());
        double perPixel = (BadPictureTest.allocated() - before) / 1_500_000.0;
        System.out.printf("%s: %.1f bytes of heap a pixel%n", format, perPixel);
        assertThat(perPixel).isLessThan(12);
    }

    private static double brightness(byte[] rgb, int at) {
        return 0.299 * (rgb[at] & 0xFF) + 0.587 * (rgb[at + 1] & 0xFF) + 0.114 * (rgb[at + 2] & 0xFF);
    }
}
