package org.memlora.topology;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;

/** Encoded pictures for tests. */
public final class PictureFiles {

    private PictureFiles() { }

    /** Of one colour; another colour gives another file. */
    public static byte[] png(Color colour) {
        BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        var graphics = image.createGraphics();
        graphics.setColor(colour);
        graphics.fillRect(0, 0, 8, 8);
        graphics.dispose();
        return written(out -> ImageIO.write(image, "png", out));
    }

    /** With a text that nobody sees in it. */
    public static byte[] withText(byte[] png, String text) {
        int end = png.length - 12;
        byte[] content = ("Comment\0" + text).getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer file = ByteBuffer.allocate(png.length + content.length + 12).put(png, 0, end);
        chunk(file, "tEXt", content);
        return file.put(png, end, 12).array();
    }

    /** One of the pictures that the models' tests decode. */
    static byte[] fixture(String name) {
        try {
            return Files.readAllBytes(Path.of("../models/src/test/resources/vision/pictures", name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** That says it has so many grey pixels, with so many zeros, deflated, in their place. */
    static byte[] png(int width, int height, int zeros) {
        byte[] deflated = written(out -> {
            try (DeflaterOutputStream deflater = new DeflaterOutputStream(out)) {
                for (int left = zeros; left > 0; left -= 1 << 16) {
                    deflater.write(new byte[Math.min(left, 1 << 16)]);
                }
            }
        });
        ByteBuffer file = ByteBuffer.allocate(8 + 25 + 12 + deflated.length + 12);
        file.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        chunk(file, "IHDR", ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) 8).array());
        chunk(file, "IDAT", deflated);
        chunk(file, "IEND", new byte[0]);
        return file.array();
    }

    private static void chunk(ByteBuffer file, String type, byte[] content) {
        CRC32 checksum = new CRC32();
        checksum.update(type.getBytes(StandardCharsets.ISO_8859_1));
        checksum.update(content);
        file.putInt(content.length).put(type.getBytes(StandardCharsets.ISO_8859_1)).put(content).putInt((int) checksum.getValue());
    }

    private interface Writing {
        void to(ByteArrayOutputStream out) throws IOException;
    }

    private static byte[] written(Writing writing) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            writing.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
