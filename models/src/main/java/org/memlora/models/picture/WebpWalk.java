package org.memlora.models.picture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.memlora.models.picture.PictureException.Reason;
import org.memlora.models.picture.PictureHeader.Format;

/** Goes through a WebP's chunks. */
final class WebpWalk {
    private static final int RIFF_HEADER_BYTES = 12;
    private static final int CHUNK_HEADER_BYTES = 8;
    private static final int ANIMATION_FLAG = 0x02;

    private final byte[] file;
    private final ByteBuffer data;
    private int width;
    private int height;
    private int canvasWidth;
    private int canvasHeight;
    private int orientation = 1;

    private WebpWalk(byte[] file) {
        this.file = file;
        this.data = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    }

    static PictureHeader header(byte[] file) {
        return new WebpWalk(file).walk();
    }

    private PictureHeader walk() {
        long end = (data.getInt(4) & 0xFFFFFFFFL) + 8;
        if (end > file.length) {
            throw PictureHeader.truncated(Format.WEBP, file);
        }
        for (long at = RIFF_HEADER_BYTES; at + CHUNK_HEADER_BYTES <= end;) {
            int chunk = (int) at;
            long length = data.getInt(chunk + 4) & 0xFFFFFFFFL;
            at += CHUNK_HEADER_BYTES + length + (length & 1);
            if (at - (length & 1) > end) {
                throw PictureHeader.truncated(Format.WEBP, file);
            }
            chunk(new String(file, chunk, 4, StandardCharsets.ISO_8859_1), chunk + CHUNK_HEADER_BYTES, (int) length);
        }
        if (width == 0 || canvasWidth != 0 && (canvasWidth != width || canvasHeight != height)) {
            throw new PictureException(Reason.DAMAGED, "the WEBP picture has " + (width == 0 ? "no pixels" : "pixels for " + width + " x "
                    + height + " on a canvas of " + canvasWidth + " x " + canvasHeight) + ", expected a whole picture; send an undamaged file");
        }
        return new PictureHeader(Format.WEBP, width, height, orientation);
    }

    private void chunk(String type, int from, int length) {
        if (type.startsWith("ANIM") || type.equals("ANMF") || type.equals("VP8X") && length >= 10 && (file[from] & ANIMATION_FLAG) != 0) {
            throw PictureHeader.animated(Format.WEBP);
        }
        if (type.equals("VP8X") && length >= 10) {
            canvasWidth = (data.getInt(from + 4) & 0xFFFFFF) + 1;
            canvasHeight = (data.getInt(from + 6) >>> 8) + 1;
        } else if (type.equals("VP8L") && length >= 5) {
            int sizes = data.getInt(from + 1);
            width = (sizes & 0x3FFF) + 1;
            height = (sizes >>> 14 & 0x3FFF) + 1;
        } else if (type.equals("VP8 ") && length >= 10) {
            width = data.getShort(from + 6) & 0x3FFF;
            height = data.getShort(from + 8) & 0x3FFF;
        } else if (type.equals("EXIF")) {
            boolean prefixed = PictureHeader.startsWith(file, from, 'E', 'x', 'i', 'f', 0, 0);
            orientation = ExifOrientation.of(file, prefixed ? from + 6 : from, from + length);
        }
    }
}
