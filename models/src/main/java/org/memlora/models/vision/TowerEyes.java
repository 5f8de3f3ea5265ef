package org.memlora.models.vision;

import org.memlora.models.picture.RgbPicture;

/** A vision transformer that looks at tiles. Closing closes the tower. */
record TowerEyes(VisionTower tower, PictureTiler tiler, PicturePrompt prompt) implements Eyes {

    @Override
    public Seen see(RgbPicture picture) {
        TiledPicture tiles = tiler.tile(picture);
        return new Seen(tower.features(tiles), first -> prompt.tokens(tiles, first));
    }

    @Override
    public void close() {
        tower.close();
    }
}
