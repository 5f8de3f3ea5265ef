package org.memlora.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/** Reports in JSON. A figure that could not be had (not a number) is null there. */
public final class JsonFile {

    private JsonFile() { }

    /** Indented; the folder is made if missing. */
    public static void write(Path file, JsonNode json) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(part, withoutNaN(json).toPrettyString() + "\n");
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** One object per line. */
    public static void writeLines(Path file, List<? extends JsonNode> lines) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, lines.stream().map(line -> withoutNaN(line).toString()).toList());
    }

    /** Changes the tree. */
    private static JsonNode withoutNaN(JsonNode json) {
        if (json instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                field.setValue(withoutNaN(field.getValue()));
            }
        } else if (json instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, withoutNaN(array.get(i)));
            }
        }
        return json.isNumber() && !Double.isFinite(json.doubleValue()) ? NullNode.getInstance() : json;
    }
}
