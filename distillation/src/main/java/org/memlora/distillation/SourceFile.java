package org.memlora.distillation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A file that something was made from or measured on, told apart from another one of its name.
 *
 * @param name without its folder, which is another one on another machine
 * @param checksum null = the file isn't there
 */
public record SourceFile(String name, String checksum) {

    public static SourceFile of(Path file) {
        return new SourceFile(file.getFileName().toString(), Files.isRegularFile(file) ? checksum(file) : null);
    }

    /** What was made outlives the files that it was made from: of one that is gone the name says all there is to say. */
    boolean fits(SourceFile other) {
        return name.equals(other.name) && (checksum == null || other.checksum == null || checksum.equals(other.checksum));
    }

    static String checksum(Path file) {
        CRC32C checksum = new CRC32C();
        try {
            checksum.update(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be read", e);
        }
        return String.format("%08x", checksum.getValue());
    }

    @Override
    public String toString() {
        return name + (checksum == null ? " (not there)" : " (" + checksum + ")");
    }
}
