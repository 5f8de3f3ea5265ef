package org.memlora.models.picture;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/** The samples of a decoded image as RGB: read from the raster, for {@code getRGB} would apply colour profiles and change greys. */
final class PixelReader {
    private static final int OPAQUE = 255;

    private PixelReader() { }

    static RgbPicture rgb(BufferedImage image) {
        ColorModel model = image.getColorModel();
        if (model.isAlphaPremultiplied()) {
            image.coerceData(false);
        }
        Raster raster = image.getRaster();
        int width = image.getWidth();
        int height = image.getHeight();
        int bands = raster.getNumBands();
        int[] palette = palette(model);
        int shift = Math.max(0, model.getComponentSize(0) - Byte.SIZE);
        byte[] rgb = new byte[Math.multiplyExact(width * RgbPicture.CHANNELS, height)];
        int[] row = new int[width * bands];
        for (int y = 0, at = 0; y < height; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int x = 0; x < width; x++, at += RgbPicture.CHANNELS) {
                if (palette != null) {
                    int argb = palette[row[x]];
                    put(rgb, at, argb >> 16 & 0xFF, argb >> 8 & 0xFF, argb & 0xFF, argb >>> 24);
                } else {
                    int from = x * bands;
                    boolean grey = bands < RgbPicture.CHANNELS;
                    int alpha = bands == 2 || bands == 4 ? row[from + bands - 1] >> shift : OPAQUE;
                    put(rgb, at, row[from] >> shift, row[grey ? from : from + 1] >> shift, row[grey ? from : from + 2] >> shift, alpha);
                }
            }
        }
        return new RgbPicture(width, height, rgb);
    }

    private static int[] palette(ColorModel model) {
        if (!(model instanceof IndexColorModel index)) {
            return null;
        }
        int[] palette = new int[index.getMapSize()];
        index.getRGBs(palette);
        return palette;
    }

    private static void put(byte[] rgb, int at, int red, int green, int blue, int alpha) {
        rgb[at] = onWhite(red, alpha);
        rgb[at + 1] = onWhite(green, alpha);
        rgb[at + 2] = onWhite(blue, alpha);
    }

    /** Rounded as Pillow does, whose integers have 7 more bits here and whose division by 255 is shifts. */
    private static byte onWhite(int value, int alpha) {
        int share = alpha << 7;
        int sum = value * share + 255 * ((255 << 7) - share) + (0x80 << 7);
        return (byte) ((sum >> 8) + sum >> 8 >> 7);
    }
}
