package org.memlora.models.testing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** PNG files chunk by chunk, also such as no writer makes. */
public final class PngFiles {
    public static final int GREY = 0;
    public static final int RGB = 2;
    /** Of a chunk beside its content, and of the whole chunk IEND. */
    public static final int FRAME = 12;

    private static final int SIGNATURE = 8;
    private static final int HEADER = 13;

    private PngFiles() { }

    /** That says it has so many pixels of 8 bits. @param data of the chunk IDAT, deflated or not */
    public static byte[] of(int width, int height, int colourType, byte[] data) {
        ByteBuffer file = ByteBuffer.allocate(SIGNATURE + FRAME + HEADER + FRAME + data.length + FRAME);
        file.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        chunk(file, "IHDR", ByteBuffer.allocate(HEADER).putInt(width).putInt(height).put((byte) 8).put((byte) colourType).array());
        chunk(file, "IDAT", data);
        chunk(file, "IEND", new byte[0]);
        return file.array();
    }

    public static void chunk(ByteBuffer file, String type, byte[] content) {
        CRC32 checksum = new CRC32();
        checksum.update(type.getBytes(StandardCharsets.ISO_8859_1));
        checksum.update(content);
        file.putInt(content.length).put(type.getBytes(StandardCharsets.ISO_8859_1)).put(content).putInt((int) checksum.getValue());
    }
}
