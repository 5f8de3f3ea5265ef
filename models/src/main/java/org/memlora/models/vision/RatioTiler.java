package org.memlora.models.vision;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.memlora.models.picture.Resampler;
import org.memlora.models.picture.RgbPicture;

/**
 * InternVL's way: the grid of at most so many tiles whose ratio of width to height is closest to the picture's; its tiles, then, if they are
 * several, the whole picture as one tile.
 */
record RatioTiler(int side, int leastTiles, int mostTiles, Resampler resampler, PixelScaling scaling) implements PictureTiler {

    RatioTiler {
        if (side < 1 || leastTiles < 1 || mostTiles < leastTiles) {
            throw new IllegalArgumentException("tiles of " + side + " pixels, " + leastTiles + " to " + mostTiles + " of them: expected at least 1");
        }
    }

    static RatioTiler fromHuggingFace(VisionConfig config, JsonNode json) {
        int side = json.path("size").path("height").asInt(384);
        if (side != config.imageSide() || json.path("size").path("width").asInt(384) != side) {
            throw new IllegalArgumentException("size is " + json.path("size") + ", expected image_size " + config.imageSide() + " of config.json");
        }
        return new RatioTiler(side, json.path("min_patches").asInt(1), json.path("max_patches").asInt(12),
                Resampler.ofPillow(json.path("resample").asInt(3)), PixelScaling.fromHuggingFace(json));
    }

    private record Grid(int columns, int rows) {
        int tiles() {
            return columns * rows;
        }
    }

    @Override
    public PictureTiler within(int tiles) {
        int most = Math.max(1, Math.min(mostTiles, tiles));
        return new RatioTiler(side, Math.min(leastTiles, most), most, resampler, scaling);
    }

    @Override
    public TiledPicture tile(RgbPicture picture) {
        Grid grid = closest(picture);
        RgbPicture resized = resampler.resize(picture, grid.columns * side, grid.rows * side);
        if (grid.tiles() == 1) {
            return new TiledPicture(0, 0, side, List.of(new TiledPicture.Tile(resized, 0, 0)), scaling);
        }
        List<TiledPicture.Tile> tiles = new ArrayList<>();
        for (int tile = 0; tile < grid.tiles(); tile++) {
            tiles.add(new TiledPicture.Tile(resized, tile % grid.columns * side, tile / grid.columns * side));
        }
        tiles.add(new TiledPicture.Tile(resampler.resize(picture, side, side), 0, 0));
        return new TiledPicture(grid.rows, grid.columns, side, tiles, scaling);
    }

    /** Of equally close grids the larger one, unless it has more than twice the picture's pixels. */
    private Grid closest(RgbPicture picture) {
        double ratio = (double) picture.width() / picture.height();
        long pixels = (long) picture.width() * picture.height();
        double least = Double.POSITIVE_INFINITY;
        Grid best = new Grid(1, 1);
        for (Grid grid : grids()) {
            double difference = Math.abs(ratio - (double) grid.columns / grid.rows);
            if (difference < least || difference == least && pixels > 0.5 * side * side * grid.tiles()) {
                best = grid;
            }
            least = Math.min(least, difference);
        }
        return best;
    }

    private List<Grid> grids() {
        List<Grid> grids = new ArrayList<>();
        for (int columns = 1; columns <= mostTiles; columns++) {
            for (int rows = 1; rows <= mostTiles / columns; rows++) {
                if (columns * rows >= leastTiles) {
                    grids.add(new Grid(columns, rows));
                }
            }
        }
        grids.sort(Comparator.comparingInt(Grid::tiles));
        return grids;
    }
}
