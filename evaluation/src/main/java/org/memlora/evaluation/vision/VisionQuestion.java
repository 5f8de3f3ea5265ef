package org.memlora.evaluation.vision;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A question about a picture.
 *
 * @param image relative to the folder
 * @param kind "other" where the data name none
 */
public record VisionQuestion(Path folder, String image, String question, String answer, String kind) {
    private static final String FILE = "questions.jsonl";
    private static final String NO_KIND = "other";

    /**
     * From a folder's {@value #FILE}: {"image", "question", "answer", "kind" (optional)} a line.
     *
     * @throws IllegalArgumentException with one sentence that names the file and the line if it can't be used, or a picture is missing
     */
    public static List<VisionQuestion> read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("There is no " + file + ", expected one line a question: {\"image\", \"question\", \"answer\"}.");
        }
        List<VisionQuestion> questions = new ArrayList<>();
        try {
            int number = 0;
            for (String line : Files.readAllLines(file)) {
                number++;
                if (!line.isBlank()) {
                    questions.add(of(folder, line, "Line " + number + " of " + file));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        if (questions.isEmpty()) {
            throw new IllegalArgumentException(file + " has no question, expected one a line.");
        }
        return questions;
    }

    private static VisionQuestion of(Path folder, String line, String place) {
        JsonNode json;
        try {
            json = new ObjectMapper().readTree(line);
        } catch (IOException e) {
            throw new IllegalArgumentException(place + " is no JSON: expected {\"image\", \"question\", \"answer\"}.", e);
        }
        for (String field : List.of("image", "question", "answer")) {
            if (json.path(field).asText().isBlank()) {
                throw new IllegalArgumentException(place + " has no \"" + field + "\", expected image, question and answer.");
            }
        }
        String image = json.get("image").asText();
        Path picture = folder.resolve(image).toAbsolutePath().normalize();
        if (!picture.startsWith(folder.toAbsolutePath().normalize()) || !Files.isRegularFile(picture)) {
            throw new IllegalArgumentException(place + " names the picture " + image + ", which is no file below " + folder + ": correct the name.");
        }
        return new VisionQuestion(folder, image, json.get("question").asText(), json.get("answer").asText(), json.path("kind").asText(NO_KIND));
    }

    byte[] picture() {
        try {
            return Files.readAllBytes(folder.resolve(image));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder.resolve(image), e);
        }
    }
}
