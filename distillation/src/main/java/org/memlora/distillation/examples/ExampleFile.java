package org.memlora.distillation.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.memlora.distillation.WholeFile;
import org.memlora.models.ChatMessage;

/** Training examples as JSON lines: {"prompt": [{"role", "content"}], "completion", "eventIds", "source"}. */
public final class ExampleFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ExampleFile() { }

    public static void write(Path file, List<TrainingExample> examples) {
        List<String> lines = new ArrayList<>();
        for (TrainingExample example : examples) {
            ObjectNode node = JSON.createObjectNode();
            ArrayNode prompt = node.putArray("prompt");
            example.prompt().forEach(message -> prompt.addObject().put("role", message.role().name().toLowerCase(Locale.ROOT))
                    .put("content", message.content()));
            node.put("completion", example.completion());
            example.eventIds().forEach(node.putArray("eventIds")::add);
            lines.add(node.put("source", example.source()).toString());
        }
        WholeFile.write(file, String.join("\n", lines));   // a set that is there is trusted
    }

    /** @throws IllegalArgumentException if a line is no example; names file and line */
    public static List<TrainingExample> read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("The training set " + file + " can't be read (" + e.getClass().getSimpleName()
                    + "): build it first, or correct the path.", e);
        }
        List<TrainingExample> examples = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).isBlank()) {
                continue;
            }
            try {
                examples.add(example(JSON.readTree(lines.get(i))));
            } catch (IOException | IllegalArgumentException e) {
                throw new IllegalArgumentException("Line " + (i + 1) + " of " + file + " is no training example (" + e.getMessage()
                        + "): expected {\"prompt\": [{\"role\", \"content\"}], \"completion\", \"eventIds\", \"source\"}.", e);
            }
        }
        return examples;
    }

    private static TrainingExample example(JsonNode node) {
        List<ChatMessage> prompt = new ArrayList<>();
        node.path("prompt").forEach(message -> prompt.add(new ChatMessage(
                ChatMessage.Role.valueOf(message.path("role").asText().toUpperCase(Locale.ROOT)), message.path("content").asText())));
        List<String> ids = new ArrayList<>();
        node.path("eventIds").forEach(id -> ids.add(id.asText()));
        return new TrainingExample(prompt, node.path("completion").asText(""), ids, node.path("source").asText(""));
    }
}
