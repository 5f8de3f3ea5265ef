package org.memlora.distillation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/** A file that is there as a whole or not at all. */
public final class WholeFile {
    private WholeFile() { }

    /** Makes the folder if it is missing; a newline is added. */
    public static void write(Path file, String text) {
        Path whole = file.toAbsolutePath();
        try {
            Files.createDirectories(whole.getParent());
            // A name of its own, as another process may write the same file.
            Path part = whole.resolveSibling(whole.getFileName() + "." + UUID.randomUUID() + ".part");
            try {
                Files.writeString(part, text + "\n");
                Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
