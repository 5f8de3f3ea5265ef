package org.memlora.models.vision;

import com.fasterxml.jackson.databind.JsonNode;
import org.memlora.models.picture.RgbPicture;

/** Resizes a picture and cuts it into tiles. Threading: immutable. */
public interface PictureTiler {

    TiledPicture tile(RgbPicture picture);

    /**
     * @param json preprocessor_config.json
     * @throws IllegalArgumentException if it asks for something else than these two ways
     */
    /** One that makes at most so many tiles of a picture, the picture as a whole not counted; this one where the number doesn't depend on a limit. */
    default PictureTiler within(int tiles) {
        return this;
    }

    static PictureTiler fromHuggingFace(VisionConfig config, JsonNode json) {
        for (String key : new String[] {"do_resize", "do_rescale", "do_normalize", "do_convert_rgb"}) {
            if (!json.path(key).asBoolean(true)) {
                throw new IllegalArgumentException(key + " is false, expected true");
            }
        }
        return switch (config.family()) {
            case IDEFICS3 -> GridTiler.fromHuggingFace(config, json);
            case INTERNVL -> RatioTiler.fromHuggingFace(config, json);
        };
    }
}
