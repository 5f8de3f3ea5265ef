package org.memlora.topology.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Searches all files of folders for words: what anyone with the disk in hand could read. */
final class FileSearch {

    private FileSearch() { }

    /** Paths of the files that hold one of the words, sorted, each with the word. */
    static Set<String> find(List<Path> folders, List<String> words) {
        Set<String> found = new TreeSet<>();
        for (Path folder : folders) {
            for (Path file : files(folder)) {
                String content = read(file);
                words.stream().filter(content::contains).forEach(word -> found.add(folder.relativize(file) + ": " + word));
            }
        }
        return found;
    }

    private static List<Path> files(Path folder) {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(folder)) {
            all.filter(Files::isRegularFile).forEach(files::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof NoSuchFileException)) { // deleted while we walked: what is left is walked again
                throw e;
            }
            return files(folder);
        }
        return files;
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
