package org.memlora.models.picture;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.memlora.models.picture.PictureException.Reason;
import org.memlora.models.picture.PictureHeader.Format;

/** Goes through a PNG's chunks up to its end. */
final class PngWalk {
    private static final int SIGNATURE_BYTES = 8;
    private static final int CHUNK_FRAME_BYTES = 12;

    private PngWalk() { }

    static PictureHeader header(byte[] file) {
        ByteBuffer data = ByteBuffer.wrap(file);
        int width = 0;
        int height = 0;
        int orientation = 1;
        for (long at = SIGNATURE_BYTES; at + CHUNK_FRAME_BYTES <= file.length;) {
            int chunk = (int) at;
            long length = data.getInt(chunk) & 0xFFFFFFFFL;
            String type = new String(file, chunk + 4, 4, StandardCharsets.ISO_8859_1);
            int content = chunk + 8;
            at += CHUNK_FRAME_BYTES + length;
            if (at > file.length) {
                break;
            }
            switch (type) {
                case "IHDR" -> {
                    if (length < 8) {
                        throw new PictureException(Reason.DAMAGED, "the PNG picture has a header of " + length
                                + " bytes, expected 13; send an undamaged file");
                    }
                    width = data.getInt(content);
                    height = data.getInt(content + 4);
                }
                case "acTL" -> throw PictureHeader.animated(Format.PNG);
                case "eXIf" -> orientation = ExifOrientation.of(file, content, content + (int) length);
                case "IEND" -> {
                    return new PictureHeader(Format.PNG, width, height, orientation);
                }
                default -> { }
            }
        }
        throw PictureHeader.truncated(Format.PNG, file);
    }
}
