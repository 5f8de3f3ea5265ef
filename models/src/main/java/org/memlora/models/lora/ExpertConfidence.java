package org.memlora.models.lora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * How sure an expert must be of an output for it to count: {@code {"least": 0.6}} in {@link #FILE} of its folder. It was chosen for these
 * weights on validation data, so it lies beside them; PEFT does not read it.
 */
public final class ExpertConfidence {
    public static final String FILE = "confidence.json";

    private ExpertConfidence() { }

    /**
     * By expert; none for an expert without the file.
     *
     * @throws IllegalArgumentException if a file says something else; names it
     */
    public static Map<String, Double> read(Path folder, Collection<String> experts) {
        Map<String, Double> least = new HashMap<>();
        for (String expert : experts) {
            Path file = folder.resolve(expert).resolve(FILE);
            if (Files.exists(file)) {
                least.put(expert, least(file));
            }
        }
        return least;
    }

    private static double least(Path file) {
        JsonNode value;
        try {
            value = new ObjectMapper().readTree(file.toFile()).path("least");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        if (!value.isNumber() || value.asDouble() < 0 || value.asDouble() > 1) {
            throw new IllegalArgumentException("\"least\" of " + file + " is " + (value.isMissingNode() ? "missing" : value)
                    + ", expected 0 to 1: mend the file, or remove it so that all outputs of the expert count");
        }
        return value.asDouble();
    }
}
