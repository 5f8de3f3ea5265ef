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
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.memlora.models.testing.PngFiles;

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
        int end = png.length - PngFiles.FRAME;
        byte[] content = ("Comment\0" + text).getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer file = ByteBuffer.allocate(png.length + content.length + PngFiles.FRAME).put(png, 0, end);
        PngFiles.chunk(file, "tEXt", content);
        return file.put(png, end, PngFiles.FRAME).array();
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
        return PngFiles.of(width, height, PngFiles.GREY, deflated);
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
