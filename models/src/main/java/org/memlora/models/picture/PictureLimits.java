package org.memlora.models.picture;

/**
 * The largest picture that is decoded. Decoding takes at most 12 bytes of memory a pixel, native memory of progressive JPEGs included.
 *
 * @param maxBytes of the file
 * @param maxPixels width times height
 */
public record PictureLimits(long maxBytes, long maxPixels) {

    /** 32 MiB and 25 megapixels, the size of large phone pictures: at most 300 MB while one is decoded. */
    public static final PictureLimits DEFAULT = new PictureLimits(32L << 20, 25_000_000);

    public PictureLimits {
        if (maxBytes < 1 || maxPixels < 1) {
            throw new IllegalArgumentException("maxBytes is " + maxBytes + " and maxPixels " + maxPixels + ", expected at least 1");
        }
    }
}
