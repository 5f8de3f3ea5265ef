package org.memlora.models.vision;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.memlora.models.picture.Resampler;
import org.memlora.models.picture.RgbPicture;

/**
 * Idefics3's way: the longest edge gets a fixed length, small pictures grow, too; both edges go up to whole tiles; the tiles, then the whole
 * picture as one tile.
 *
 * @param longestEdge pixels, e.g. 2048: at most 4 x 4 tiles of 512 and the whole
 * @param split false: only the whole picture as one tile
 */
record GridTiler(int longestEdge, int side, boolean split, Resampler resampler, PixelScaling scaling) implements PictureTiler {
    /** Whatever the settings say. */
    private static final int MOST_PIXELS_ALONG_EDGE = 4096;

    GridTiler {
        if (longestEdge < 1 || side < 1) {
            throw new IllegalArgumentException("the longest edge is " + longestEdge + " and a tile " + side + " pixels, expected at least 1");
        }
    }

    static GridTiler fromHuggingFace(VisionConfig config, JsonNode json) {
        int side = json.path("max_image_size").path("longest_edge").asInt(364);
        if (side != config.imageSide()) {
            throw new IllegalArgumentException("max_image_size is " + side + ", expected image_size " + config.imageSide() + " of config.json");
        }
        return new GridTiler(json.path("size").path("longest_edge").asInt(4 * 364), side, json.path("do_image_splitting").asBoolean(true),
                Resampler.ofPillow(json.path("resample").asInt(1)), PixelScaling.fromHuggingFace(json));
    }

    private record Size(int width, int height) {
        double ratio() {
            return (double) width / height;
        }
    }

    @Override
    public TiledPicture tile(RgbPicture picture) {
        Size longest = atMost(atLongestEdge(new Size(picture.width(), picture.height())));
        RgbPicture resized = resampler.resize(picture, longest.width, longest.height);
        if (!split) {
            return whole(resized);
        }
        Size whole = inWholeTiles(longest);
        RgbPicture grid = resampler.resize(resized, whole.width, whole.height);
        int rows = grid.height() / side;
        int columns = grid.width() / side;
        if (rows == 1 && columns == 1) {
            return whole(grid);
        }
        List<TiledPicture.Tile> tiles = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                tiles.add(new TiledPicture.Tile(grid, column * side, row * side));
            }
        }
        tiles.add(new TiledPicture.Tile(resampler.resize(grid, side, side), 0, 0));
        return new TiledPicture(rows, columns, side, tiles, scaling);
    }

    private TiledPicture whole(RgbPicture picture) {
        return new TiledPicture(0, 0, side, List.of(new TiledPicture.Tile(resampler.resize(picture, side, side), 0, 0)), scaling);
    }

    /** The shorter edge is even. */
    private Size atLongestEdge(Size size) {
        if (size.width >= size.height) {
            int height = (int) (longestEdge / size.ratio());
            return new Size(longestEdge, Math.max(1, height + height % 2));
        }
        int width = (int) (longestEdge * size.ratio());
        return new Size(Math.max(1, width + width % 2), longestEdge);
    }

    private static Size atMost(Size size) {
        if (Math.max(size.width, size.height) <= MOST_PIXELS_ALONG_EDGE) {
            return size;
        }
        return size.width >= size.height ? new Size(MOST_PIXELS_ALONG_EDGE, Math.max(1, (int) (MOST_PIXELS_ALONG_EDGE / size.ratio())))
                : new Size(Math.max(1, (int) (MOST_PIXELS_ALONG_EDGE * size.ratio())), MOST_PIXELS_ALONG_EDGE);
    }

    private Size inWholeTiles(Size size) {
        if (size.width >= size.height) {
            int width = up(size.width);
            return new Size(width, up((int) (width / size.ratio())));
        }
        int height = up(size.height);
        return new Size(up((int) (height * size.ratio())), height);
    }

    private int up(int pixels) {
        return Math.max(1, (pixels + side - 1) / side) * side;
    }
}
