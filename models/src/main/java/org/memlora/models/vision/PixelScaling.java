package org.memlora.models.vision;

import com.fasterxml.jackson.databind.JsonNode;
import org.memlora.models.picture.RgbPicture;

/** (value * factor - mean) / deviation by colour, for the 256 values of a byte. */
public final class PixelScaling {
    private final float[][] scaled = new float[RgbPicture.CHANNELS][256];

    /** @param factor e.g. 1 / 255 @param mean by colour @param deviation by colour */
    public PixelScaling(double factor, double[] mean, double[] deviation) {
        for (int colour = 0; colour < RgbPicture.CHANNELS; colour++) {
            for (int value = 0; value < 256; value++) {
                scaled[colour][value] = ((float) (value * factor) - (float) mean[colour]) / (float) deviation[colour];
            }
        }
    }

    /** From preprocessor_config.json. */
    static PixelScaling fromHuggingFace(JsonNode json) {
        return new PixelScaling(json.path("rescale_factor").asDouble(1.0 / 255), colours(json, "image_mean"), colours(json, "image_std"));
    }

    private static double[] colours(JsonNode json, String key) {
        JsonNode values = json.path(key);
        if (values.size() != RgbPicture.CHANNELS) {
            throw new IllegalArgumentException(key + " is " + values + ", expected " + RgbPicture.CHANNELS + " numbers");
        }
        return new double[] {values.get(0).asDouble(), values.get(1).asDouble(), values.get(2).asDouble()};
    }

    float of(int colour, byte value) {
        return scaled[colour][value & 0xFF];
    }
}
