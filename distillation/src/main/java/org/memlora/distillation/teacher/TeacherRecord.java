package org.memlora.distillation.teacher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.memlora.models.ChatMessage;

/**
 * A teacher's outputs as JSON lines, one per stage call: {"id", "stage", "model", "prompt", "output", "finishReason", "eventIds"}, the
 * output raw, the reason "stop" or "length" (cut off); lines of earlier releases have none and count as "stop".
 * A line that was cut off by an interruption is asked for again. Threading: one thread.
 */
public final class TeacherRecord implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String FINISH_REASON = "finishReason";
    private static final String CUT_OFF = "length";

    private final Map<String, TeacherAnswer> outputs = new LinkedHashMap<>();
    private final Set<String> models = new TreeSet<>();
    private final Path file;
    private BufferedWriter writer;

    private TeacherRecord(Path file) {
        this.file = file;
    }

    /** @throws IllegalArgumentException if there is no such file */
    public static TeacherRecord read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("There is no teacher's record " + file + ": make it with record-teacher, or correct the path.");
        }
        return open(file);
    }

    /** To read and to go on writing; the file is made when the first call is added. */
    public static TeacherRecord open(Path file) {
        TeacherRecord record = new TeacherRecord(file);
        try {
            record.readAll(file, Files.exists(file) ? text(file).lines().toList() : List.of());
        } catch (IOException e) {
            throw new UncheckedIOException("The teacher's record " + file + " can't be read: " + e.getMessage(), e);
        }
        return record;
    }

    private void readAll(Path file, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            try {
                JsonNode node = JSON.readTree(lines.get(i));
                if (node.hasNonNull("id") && node.path("output").isTextual()) {
                    outputs.put(node.get("id").asText(), new TeacherAnswer(node.get("output").asText(), node.path(FINISH_REASON).asText().equals(CUT_OFF)));
                    models.add(node.path("model").asText("unknown"));
                }
            } catch (IOException e) {
                if (lines.get(i).endsWith("}")) {
                    throw new IllegalArgumentException("Line " + (i + 1) + " of the teacher's record " + file + " is no JSON: remove it.", e);
                }
            }
        }
    }

    /** The raw output of a call. */
    public Optional<TeacherAnswer> output(String callId) {
        return Optional.ofNullable(outputs.get(callId));
    }

    public int size() {
        return outputs.size();
    }

    /** @throws IllegalArgumentException if another teacher's outputs are recorded: what was trained on a mixture could not be told apart */
    void requireOnly(String model) {
        if (!models.isEmpty() && !models.equals(Set.of(model))) {
            throw new IllegalArgumentException("The teacher's record " + file + " has " + size() + " calls of " + String.join(" and ", models)
                    + ", and " + model + " is to go on with it: name another file, or the same teacher.");
        }
    }

    /** On disk when this returns, as far as this process can tell. */
    void add(StageCall call, String model, List<ChatMessage> prompt, TeacherAnswer output) {
        ObjectNode node = JSON.createObjectNode().put("id", call.id()).put("stage", call.stage().expertName()).put("model", model);
        ArrayNode messages = node.putArray("prompt");
        prompt.forEach(message -> messages.addObject().put("role", message.role().name().toLowerCase(Locale.ROOT)).put("content", message.content()));
        node.put("output", output.text()).put(FINISH_REASON, output.cutOff() ? CUT_OFF : "stop");
        call.eventIds().forEach(node.putArray("eventIds")::add);
        try {
            if (writer == null) {
                writer = writer();
            }
            writer.write(node.toString());
            writer.newLine();
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("The teacher's record can't be written: " + e.getMessage(), e);
        }
        outputs.put(call.id(), output);
        models.add(model);
    }

    private BufferedWriter writer() throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        boolean cutOff = Files.exists(file) && Files.size(file) > 0 && !text(file).endsWith("\n");
        BufferedWriter opened = Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        if (cutOff) {
            opened.newLine();
        }
        return opened;
    }

    /** An interruption may have cut a character in two, which no strict reader takes. */
    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try {
            if (writer != null) {
                writer.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The teacher's record can't be closed: " + e.getMessage(), e);
        }
    }
}
