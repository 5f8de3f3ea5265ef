package org.memlora.models.picture;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.memlora.models.picture.PictureException.Reason;

/**
 * JPEG, PNG and WebP files to RGB pixels, turned as their EXIF says, transparent parts on white, colour profiles not applied: as the
 * models' own preprocessing has it. Sizes are checked before anything is decoded. Threading: may be called by all threads; each call takes the
 * memory that {@link PictureLimits} states.
 */
public final class PictureDecoder {
    private final PictureLimits limits;

    public PictureDecoder(PictureLimits limits) {
        this.limits = limits;
    }

    /** @throws PictureException if the picture can't be used; all reasons that its header shows come before decoding */
    public RgbPicture decode(byte[] file) {
        PictureHeader header = PictureHeader.read(file, limits);
        BufferedImage image = read(header, file);
        if (image.getWidth() != header.width() || image.getHeight() != header.height()) {
            throw damaged(header, "it decodes to " + image.getWidth() + " x " + image.getHeight() + " pixels", null);
        }
        return PixelReader.rgb(image).oriented(header.orientation());
    }

    private static BufferedImage read(PictureHeader header, byte[] file) {
        ImageReader reader = null;
        try (MemoryCacheImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            reader = reader(header.format());
            reader.setInput(stream, true, true);
            return reader.read(0);
        } catch (IOException | RuntimeException e) {   // the readers throw many kinds on damaged files
            throw damaged(header, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(), e);
        } finally {
            if (reader != null) {
                reader.dispose();
            }
        }
    }

    private static ImageReader reader(PictureHeader.Format format) throws IOException {
        return format == PictureHeader.Format.WEBP ? new WebPImageReaderSpi().createReaderInstance()
                : ImageIO.getImageReadersByFormatName(format.name()).next();
    }

    private static PictureException damaged(PictureHeader header, String found, Exception cause) {
        return new PictureException(Reason.DAMAGED, "the " + header.format() + " picture of " + header.width() + " x " + header.height()
                + " pixels can't be decoded (" + found.replace('\n', ' ') + "), expected an undamaged one; save and send it again", cause);
    }
}
