package org.memlora.models.picture;

/**
 * Pixels in memory. Immutable by convention: the array is not copied.
 *
 * @param rgb red, green, blue of one pixel after another, row by row
 */
public record RgbPicture(int width, int height, byte[] rgb) {

    public static final int CHANNELS = 3;

    public RgbPicture {
        if (width < 1 || height < 1 || rgb.length != (long) width * height * CHANNELS) {
            throw new IllegalArgumentException(width + " x " + height + " pixels with " + rgb.length + " bytes, expected "
                    + CHANNELS + " a pixel");
        }
    }

    /**
     * Turned and mirrored as EXIF's orientation asks.
     *
     * @param orientation 1 (as it is) .. 8
     */
    RgbPicture oriented(int orientation) {
        if (orientation == 1) {
            return this;
        }
        boolean swaps = orientation >= 5;
        int outWidth = swaps ? height : width;
        int outHeight = swaps ? width : height;
        byte[] out = new byte[rgb.length];
        for (int y = 0, at = 0; y < outHeight; y++) {
            for (int x = 0; x < outWidth; x++, at += CHANNELS) {
                int fromX = switch (orientation) {
                    case 2, 3 -> width - 1 - x;
                    case 5, 6 -> y;
                    case 7, 8 -> width - 1 - y;
                    default -> x;
                };
                int fromY = switch (orientation) {
                    case 3, 4 -> height - 1 - y;
                    case 5, 8 -> x;
                    case 6, 7 -> height - 1 - x;
                    default -> y;
                };
                System.arraycopy(rgb, (fromY * width + fromX) * CHANNELS, out, at, CHANNELS);
            }
        }
        return new RgbPicture(outWidth, outHeight, out);
    }
}
