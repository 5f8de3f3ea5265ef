package org.memlora.models.picture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ResamplerTest {

    @ParameterizedTest
    @EnumSource(Resampler.class)
    void equalsPillowToTheBit(Resampler kernel) {
        RgbPicture picture = Pictures.decoded("landscape.png");
        for (int[] size : new int[][] {{31, 17}, {70, 20}, {90, 61}, {1, 1}}) {
            RgbPicture expected = Pictures.recorded("resampled", kernel + "_" + size[0] + "x" + size[1]);
            assertThat(kernel.resize(picture, size[0], size[1]).rgb()).as("%d x %d", size[0], size[1]).isEqualTo(expected.rgb());
        }
    }

    @ParameterizedTest
    @CsvSource({"1, LANCZOS", "2, BILINEAR", "3, BICUBIC"})
    void pillowsNumbersAreKnown(int number, Resampler expected) {
        assertThat(Resampler.ofPillow(number)).isEqualTo(expected);
    }
}
