package org.memlora.models.picture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
    @CsvSource({"baseline.jpg, 4", "gray.jpg, 4", "progressive.jpg, 4", "lossy.webp, 4", "turned-1.jpg, 4", "turned-2.jpg, 4", "turned-3.jpg, 4",
        "turned-4.jpg, 4", "turned-5.jpg, 4", "turned-6.jpg, 4", "turned-7.jpg, 4", "turned-8.jpg, 4"})
    void lossyFilesAreCloseToPillowsPixels(String name, int most) {
        RgbPicture expected = Pictures.recorded("decoded", name.replace('.', '_'));

        int difference = Pictures.largestDifference(Pictures.decoded(name), expected);
        System.out.println(name + ": largest difference " + difference + " of 255");
        assertThat(difference).isLessThanOrEqualTo(most);
    }
}
