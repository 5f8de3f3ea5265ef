package org.memlora.models.vision;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.memlora.models.picture.Resampler;
import org.memlora.models.picture.RgbPicture;

/** Grids at the published sizes; the pixels are in {@link VisionParityTest}. */
class PictureTilerTest {
    private static final PixelScaling SCALING = new PixelScaling(1.0 / 255, new double[] {0.5, 0.5, 0.5}, new double[] {0.5, 0.5, 0.5});

    /** The first is the worked example of SmolVLM: 100 x 80 gives 17 tiles. */
    @ParameterizedTest
    @CsvSource({"100, 80, 2048, 4, 4", "1920, 1080, 2048, 3, 4", "500, 2000, 2048, 4, 1", "3000, 2, 2048, 1, 4", "640, 480, 1024, 2, 2",
        "640, 480, 512, 0, 0", "5000, 5000, 8192, 8, 8"})
    void smolVlmsGrid(int width, int height, int longestEdge, int rows, int columns) {
        TiledPicture tiles = new GridTiler(longestEdge, 512, true, Resampler.BILINEAR, SCALING).tile(blank(width, height));

        requireGrid(tiles, rows, columns, 512);
    }

    @ParameterizedTest
    @CsvSource({"640, 480", "10, 3000"})
    void smolVlmWithoutSplittingIsOneTile(int width, int height) {
        requireGrid(new GridTiler(2048, 512, false, Resampler.BILINEAR, SCALING).tile(blank(width, height)), 0, 0, 512);
    }

    /** Ratios 4:3 and 2:1 have two grids each; the larger wins where the picture has enough pixels. */
    @ParameterizedTest
    @CsvSource({"448, 448, 0, 0", "1344, 1344, 3, 3", "800, 600, 3, 4", "100, 50, 1, 2", "2000, 1000, 2, 4", "10, 3000, 12, 1", "3000, 10, 1, 12",
        "600, 200, 1, 3"})
    void internVlsGrid(int width, int height, int rows, int columns) {
        requireGrid(new RatioTiler(448, 1, 12, Resampler.BILINEAR, SCALING).tile(blank(width, height)), rows, columns, 448);
    }

    /** A context of 1,536 tokens, a quarter of it for words, has room for the whole picture and 3 tiles of 256 features. */
    @ParameterizedTest
    @CsvSource({"640, 480, 0, 0", "1000, 450, 1, 2", "400, 1300, 3, 1", "10, 3000, 3, 1"})
    void internVlsGridWithinAContext(int width, int height, int rows, int columns) {
        requireGrid(new RatioTiler(448, 1, 12, Resampler.BILINEAR, SCALING).within(3).tile(blank(width, height)), rows, columns, 448);
        assertThat(new RatioTiler(448, 1, 12, Resampler.BILINEAR, SCALING).within(-1).tile(blank(width, height)).tiles()).hasSize(1);
    }

    private static void requireGrid(TiledPicture tiles, int rows, int columns, int side) {
        assertThat(tiles.rows()).isEqualTo(rows);
        assertThat(tiles.columns()).isEqualTo(columns);
        assertThat(tiles.tiles()).hasSize(rows * columns + 1);
        for (TiledPicture.Tile tile : tiles.tiles()) {
            assertThat(tile.x() + side).isLessThanOrEqualTo(tile.picture().width());
            assertThat(tile.y() + side).isLessThanOrEqualTo(tile.picture().height());
        }
    }

    private static RgbPicture blank(int width, int height) {
        return new RgbPicture(width, height, new byte[width * height * RgbPicture.CHANNELS]);
    }
}
