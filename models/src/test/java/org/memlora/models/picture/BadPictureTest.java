package org.memlora.models.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.models.picture.PictureException.Reason;
import org.memlora.models.testing.PngFiles;

class BadPictureTest {
    private static final PictureDecoder DECODER = new PictureDecoder(PictureLimits.DEFAULT);

    @Test
    void anEmptyFileIsRefused() {
        requireRefused(new byte[0], Reason.EMPTY, "0 bytes");
    }

    @ParameterizedTest
    @CsvSource({"animated.gif, a GIF", "bitmap.bmp, a BMP", "pages.tiff, a TIFF"})
    void otherTypesAreRefusedByName(String name, String shown) {
        requireRefused(Pictures.file(name), Reason.UNSUPPORTED_TYPE, shown);
    }

    @ParameterizedTest
    @CsvSource({"<html><body>Not found</body></html>, 'HTML, XML or SVG'", "%PDF-1.7, a PDF", "not a picture at all, no known picture type",
        "x, no known picture type"})
    void textIsRefused(String text, String shown) {
        requireRefused(text.getBytes(StandardCharsets.UTF_8), Reason.UNSUPPORTED_TYPE, shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"landscape.png", "palette.png", "baseline.jpg", "progressive.jpg", "gray.jpg", "turned-6.jpg", "lossy.webp",
        "lossless.webp", "turned-6.webp"})
    void everyShorterFileIsRefused(String name) {
        byte[] file = Pictures.file(name);
        for (int length = 16; length < file.length; length += Math.max(1, file.length / 60)) {
            byte[] cut = Arrays.copyOf(file, length);
            PictureException refused = catchThrowableOfType(PictureException.class, () -> DECODER.decode(cut));
            assertThat(refused).as("%s cut to %d of %d bytes", name, length, file.length).isNotNull();
            assertThat(refused.reason()).isEqualTo(Reason.TRUNCATED);
        }
        assertThatThrownBy(() -> DECODER.decode(Arrays.copyOf(file, file.length - 1))).isInstanceOf(PictureException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"animated.png", "animated.webp"})
    void animatedPicturesAreRefused(String name) {
        requireRefused(Pictures.file(name), Reason.ANIMATED, "is animated");
    }

    @Test
    void cmykIsRefused() {
        requireRefused(Pictures.file("cmyk.jpg"), Reason.UNSUPPORTED_COLOURS, "4 colour channels (CMYK)");
    }

    @Test
    void hundredMegapixelsAreRefusedFromTheHeaderAlone() {
        byte[] png = png(10_000, 10_000, new byte[0]);
        byte[] jpeg = Pictures.file("baseline.jpg");
        int frame = indexOf(jpeg, 0xFF, 0xC0);
        ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 10_000).putShort(frame + 7, (short) 10_000);
        byte[] webp = Pictures.file("lossless.webp");
        ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN).putInt(indexOf(webp, 'V', 'P', '8', 'L') + 9, 9_999 | 9_999 << 14);

        for (byte[] file : new byte[][] {png, jpeg, webp}) {
            long before = allocated();
            requireRefused(file, Reason.TOO_MANY_PIXELS, "10000 x 10000 pixels, expected at most 25000000");
            assertThat(allocated() - before).as("bytes allocated for a refusal").isLessThan(1 << 20);
        }
    }

    /** 2^31 pixels along an edge would be negative numbers or overflow. */
    @Test
    void absurdSizesAreRefused() {
        requireRefused(png(Integer.MAX_VALUE, Integer.MAX_VALUE, new byte[0]), Reason.TOO_MANY_PIXELS, "2147483647 x 2147483647");
        requireRefused(png(-1, 5, new byte[0]), Reason.DAMAGED, "-1 x 5");
        requireRefused(png(0, 0, new byte[0]), Reason.DAMAGED, "0 x 0");
    }

    @Test
    void aLargeFileIsRefusedBeforeItIsLookedAt() {
        PictureDecoder small = new PictureDecoder(new PictureLimits(1000, 1000));

        assertThatThrownBy(() -> small.decode(Pictures.file("landscape.png"))).isInstanceOfSatisfying(PictureException.class,
                e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE)).hasMessageContaining("expected at most 1000");
    }

    @Test
    void aPngWithoutPixelsIsRefused() {
        requireRefused(png(20, 20, new byte[0]), Reason.DAMAGED, "can't be decoded");
    }

    @Test
    void thousandsOfScansAreRefused() {
        byte[] file = Pictures.file("progressive.jpg");
        int scan = indexOf(file, 0xFF, 0xDA);
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        bomb.write(file, 0, scan);
        for (int i = 0; i < 200; i++) {
            bomb.write(file, scan, 12);   // a scan header of three components, without data
        }
        bomb.write(file, scan, file.length - scan);
        requireRefused(bomb.toByteArray(), Reason.DAMAGED, "more than 100 scans");
    }

    @Test
    void aWebpWhoseCanvasLiesIsRefused() {
        byte[] file = Pictures.file("turned-6.webp");
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(indexOf(file, 'V', 'P', '8', 'L') + 9, 16_382 | 16_382 << 14);
        assertThatThrownBy(() -> DECODER.decode(file)).isInstanceOfSatisfying(PictureException.class,
                e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED)).hasMessageContaining("on a canvas of 24 x 16");
    }

    /** Whatever bytes are wrong, the answer is pixels of the right size or the one kind of exception. */
    @ParameterizedTest
    @ValueSource(strings = {"landscape.png", "palette.png", "baseline.jpg", "progressive.jpg", "turned-3.jpg", "lossy.webp", "lossless.webp",
        "lossless-alpha.webp", "turned-6.webp"})
    void damagedBytesNeverGiveAnotherException(String name) {
        long seed = 11;
        Random random = new Random(seed);
        PictureDecoder decoder = new PictureDecoder(new PictureLimits(1 << 20, 100_000));
        int refused = 0;
        int rounds = 300;
        for (int round = 0; round < rounds; round++) {
            byte[] file = Pictures.file(name);
            for (int i = 0; i < 1 + round % 4; i++) {
                file[random.nextInt(file.length)] = (byte) random.nextInt(256);
            }
            try {
                RgbPicture decoded = decoder.decode(file);
                assertThat(decoded.width() * decoded.height()).isLessThanOrEqualTo(100_000);
            } catch (PictureException e) {
                assertThat(e.getMessage()).doesNotContain("\n").contains("expected");
                refused++;
            }
        }
        System.out.println(name + ": " + refused + " of " + rounds + " damaged files refused, seed " + seed);
        assertThat(refused).isPositive();
    }

    private static void requireRefused(byte[] file, Reason reason, String shown) {
        PictureException refused = catchThrowableOfType(PictureException.class, () -> DECODER.decode(file));
        assertThat(refused).isNotNull();
        assertThat(refused.reason()).isEqualTo(reason);
        assertThat(refused).hasMessageContaining(shown).hasMessageContaining("expected").hasMessageNotContaining("\n");
    }

    static long allocated() {
        return ((com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static byte[] png(int width, int height, byte[] data) {
        return PngFiles.of(width, height, PngFiles.RGB, data);
    }

    private static int indexOf(byte[] file, int... bytes) {
        for (int i = 0; i < file.length; i++) {
            if (PictureHeader.startsWith(file, i, bytes)) {
                return i;
            }
        }
        throw new AssertionError("not found");
    }
}
