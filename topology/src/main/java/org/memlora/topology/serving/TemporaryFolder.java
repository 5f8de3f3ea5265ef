package org.memlora.topology.serving;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Removed when it is closed, or at the end of the process. Threading: one thread. */
final class TemporaryFolder implements AutoCloseable {

    private final Path path;
    private final Thread cleaner;

    TemporaryFolder(String name) throws IOException {
        path = Files.createTempDirectory(name);
        cleaner = new Thread(this::delete, "cleaner");
        Runtime.getRuntime().addShutdownHook(cleaner);
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        delete();
        Runtime.getRuntime().removeShutdownHook(cleaner);
    }

    /** What others delete meanwhile is no failure: at the end of the process a broker may still run in it. */
    private void delete() {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            System.err.println("The folder " + path + " could not be removed: " + e.getMessage());
        }
    }
}
