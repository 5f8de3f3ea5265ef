package org.memlora.models.vision;

import java.util.List;
import org.memlora.models.picture.RgbPicture;

/**
 * A picture cut for the tower.
 *
 * @param rows rows of the grid, 0 when the picture is one tile without a grid
 * @param columns columns of the grid, 0 like rows
 * @param side pixels along a tile
 * @param tiles the grid's row by row, then the whole picture in small
 * @param scaling of the pixels
 */
public record TiledPicture(int rows, int columns, int side, List<Tile> tiles, PixelScaling scaling) {

    /** A square of a picture, by its upper left corner. */
    public record Tile(RgbPicture picture, int x, int y) { }

    public TiledPicture {
        tiles = List.copyOf(tiles);
    }

    /**
     * Scaled pixels of some tiles, patch by patch as a convolution's kernel sees them: [count * patches, 3 * p * p], within a patch colour by
     * colour, row by row.
     */
    float[] patches(int first, int count, int patchSide) {
        int perSide = side / patchSide;
        float[] values = new float[Math.multiplyExact(count, RgbPicture.CHANNELS * side * side)];
        int at = 0;
        for (Tile tile : tiles.subList(first, first + count)) {
            for (int patch = 0; patch < perSide * perSide; patch++) {
                int left = tile.x + patch % perSide * patchSide;
                int top = tile.y + patch / perSide * patchSide;
                for (int colour = 0; colour < RgbPicture.CHANNELS; colour++) {
                    for (int y = top; y < top + patchSide; y++) {
                        int from = (y * tile.picture.width() + left) * RgbPicture.CHANNELS + colour;
                        for (int x = 0; x < patchSide; x++) {
                            values[at++] = scaling.of(colour, tile.picture.rgb()[from + x * RgbPicture.CHANNELS]);
                        }
                    }
                }
            }
        }
        return values;
    }
}
