package org.memlora.topology.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.memlora.schemas.Picture;

/** Pictures for events, from files of the one who sends them. What is in the file, the worker checks. */
public final class PictureFile {

    private static final long MOST_BYTES = 32 << 20;

    private PictureFile() { }

    /** That goes along in the event. @throws UncheckedIOException if the file can't be read, or is larger than any that is looked at */
    public static Picture read(Path file, Optional<String> caption) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new IOException(Files.size(file) + " bytes, expected at most " + MOST_BYTES + "; make it smaller");
            }
            return of(Files.readAllBytes(file), file.toString(), caption);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** That goes along in the event. @param name its ending tells the type */
    public static Picture of(byte[] bytes, String name, Optional<String> caption) {
        return new Picture(ByteBuffer.wrap(bytes), null, mediaType(name), caption.orElse(null));
    }

    /** By the name's ending. */
    public static String mediaType(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".png") ? "image/png" : lower.endsWith(".webp") ? "image/webp" : "image/jpeg";
    }
}
