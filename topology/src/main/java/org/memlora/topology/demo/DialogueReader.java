package org.memlora.topology.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.memlora.topology.client.PictureFile;
import org.memlora.topology.demo.JsonLinesReader.PictureFiles;

/** Reads a dialogue from a file: JSON lines of our own ({@link JsonLinesReader}) or a LoCoMo conversation ({@link LocomoReader}). */
public final class DialogueReader {

    static final ObjectMapper JSON = new ObjectMapper();
    private static final String DEMO = "three-friendships";

    private DialogueReader() { }

    /** Without adversarial questions. @throws DialogueFileException if the file is neither */
    public static Dialogue read(Path file) {
        return readWhole(file).answerable();
    }

    /** The same with adversarial questions. */
    public static Dialogue readWhole(Path file) {
        String name = stem(file);
        String text = text(file);
        if (text.isBlank()) {
            throw new DialogueFileException("The file " + file + " is empty.", null);
        }
        JsonNode whole = wholeOrNull(text);
        if (whole != null && whole.isArray() && LocomoReader.accepts(whole.path(0))) {
            return new Dialogue(LocomoReader.readAll(whole, name, file.toString()), true);
        }
        return whole != null && LocomoReader.accepts(whole)
                ? new Dialogue(LocomoReader.read(whole, name, file.toString()), true)
                : new Dialogue(JsonLinesReader.read(text.lines().toList(), name, file.toString(), PictureFiles.in(file.toAbsolutePath().getParent())), false);
    }

    /** The dialogue that the project brings. */
    public static Dialogue demo() {
        String text = new String(bundled(DEMO + ".jsonl"), StandardCharsets.UTF_8);
        return new Dialogue(JsonLinesReader.read(text.lines().toList(), DEMO, DEMO,
                (file, caption) -> PictureFile.of(bundled(file), file, caption)), false);
    }

    private static byte[] bundled(String file) {
        try (InputStream in = DialogueReader.class.getResourceAsStream("/demo/" + file)) {
            if (in == null) {
                throw new IOException("the project brings no " + file);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new DialogueFileException("There is no file " + file + ".", e);
        } catch (CharacterCodingException e) {
            throw new DialogueFileException("The file " + file + " is not UTF-8 text.", e);
        } catch (IOException e) {
            throw new DialogueFileException("The file " + file + " can't be read: " + e.getMessage() + ".", e);
        }
    }

    private static JsonNode wholeOrNull(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static String stem(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
