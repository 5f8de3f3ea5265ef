package org.memlora.models.picture;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.memlora.models.picture.PictureException.Reason;

/**
 * What a picture file says of itself, found without decoding it. The file is complete up to its end marker and shows one still picture.
 *
 * @param width in pixels, before turning
 * @param orientation EXIF's, 1 .. 8
 */
public record PictureHeader(Format format, int width, int height, int orientation) {

    public enum Format { JPEG, PNG, WEBP }

    private static final int SHOWN_BYTES = 8;

    /**
     * @throws PictureException if the file is none of the three formats, ends too early, is animated, has no RGB or grey colours, or is
     *     larger than {@code limits}
     */
    public static PictureHeader read(byte[] file, PictureLimits limits) {
        if (file.length == 0) {
            throw new PictureException(Reason.EMPTY, "the picture has 0 bytes, expected a JPEG, PNG or WebP file; send the file's content");
        }
        if (file.length > limits.maxBytes()) {
            throw new PictureException(Reason.TOO_LARGE, "the picture has " + file.length + " bytes, expected at most " + limits.maxBytes()
                    + "; send a smaller version");
        }
        PictureHeader header;
        if (startsWith(file, 0, 0xFF, 0xD8, 0xFF)) {
            header = new JpegWalk(file).header();
        } else if (startsWith(file, 0, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n')) {
            header = PngWalk.header(file);
        } else if (startsWith(file, 0, 'R', 'I', 'F', 'F') && startsWith(file, 8, 'W', 'E', 'B', 'P')) {
            header = WebpWalk.header(file);
        } else {
            throw new PictureException(Reason.UNSUPPORTED_TYPE, "the file is " + kind(file)
                    + ", expected a JPEG, PNG or WebP picture; convert it to one of them");
        }
        if (header.width < 1 || header.height < 1) {
            throw new PictureException(Reason.DAMAGED, "the " + header.format + " picture claims " + header.width + " x " + header.height
                    + " pixels, expected at least one; send an undamaged file");
        }
        if ((long) header.width * header.height > limits.maxPixels()) {
            throw new PictureException(Reason.TOO_MANY_PIXELS, "the picture has " + header.width + " x " + header.height
                    + " pixels, expected at most " + limits.maxPixels() + " in all; send a smaller version");
        }
        return header;
    }

    static PictureException truncated(Format format, byte[] file) {
        return new PictureException(Reason.TRUNCATED, "the " + format + " picture ends after " + file.length
                + " bytes without its end marker, expected the whole file; send it again");
    }

    static PictureException animated(Format format) {
        return new PictureException(Reason.ANIMATED, "the " + format + " picture is animated, expected a still one; send one frame of it");
    }

    static boolean startsWith(byte[] file, int from, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (from + i >= file.length || (file[from + i] & 0xFF) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    private static String kind(byte[] file) {
        if (startsWith(file, 0, 'G', 'I', 'F', '8')) {
            return "a GIF";
        }
        if (startsWith(file, 0, 'B', 'M')) {
            return "a BMP";
        }
        if (startsWith(file, 0, 'I', 'I', '*', 0) || startsWith(file, 0, 'M', 'M', 0, '*')) {
            return "a TIFF";
        }
        if (startsWith(file, 0, '%', 'P', 'D', 'F')) {
            return "a PDF";
        }
        if (startsWith(file, 4, 'f', 't', 'y', 'p')) {
            return "a HEIC, AVIF or MP4";
        }
        String start = new String(file, 0, Math.min(file.length, SHOWN_BYTES), StandardCharsets.ISO_8859_1).strip();
        if (start.startsWith("<")) {
            return "HTML, XML or SVG";
        }
        return "of no known picture type (it starts with " + HexFormat.ofDelimiter(" ").formatHex(
                Arrays.copyOf(file, Math.min(file.length, SHOWN_BYTES))) + ")";
    }
}
