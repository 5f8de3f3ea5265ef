package org.memlora.models.picture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.memlora.models.safetensors.SafetensorsFile;

/** The small pictures of make_vision_fixtures.py. */
public final class Pictures {
    private static final Path FOLDER = Path.of("src/test/resources/vision");

    private Pictures() { }

    public static byte[] file(String name) {
        try {
            return Files.readAllBytes(FOLDER.resolve("pictures").resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static RgbPicture decoded(String name) {
        return new PictureDecoder(PictureLimits.DEFAULT).decode(file(name));
    }

    /** What Pillow computed, [height, width, 3]; {@code file} is decoded or resampled. */
    static RgbPicture recorded(String file, String tensor) {
        SafetensorsFile recorded = SafetensorsFile.open(FOLDER.resolve(file + ".safetensors"));
        long[] shape = recorded.shape(tensor);
        float[] values = recorded.read(tensor);
        byte[] rgb = new byte[values.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) values[i];
        }
        return new RgbPicture((int) shape[1], (int) shape[0], rgb);
    }

    static int largestDifference(RgbPicture a, RgbPicture b) {
        if (a.width() != b.width() || a.height() != b.height()) {
            throw new AssertionError(a.width() + " x " + a.height() + " and " + b.width() + " x " + b.height() + " pixels");
        }
        int most = 0;
        for (int i = 0; i < a.rgb().length; i++) {
            most = Math.max(most, Math.abs((a.rgb()[i] & 0xFF) - (b.rgb()[i] & 0xFF)));
        }
        return most;
    }
}
