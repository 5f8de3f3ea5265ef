package org.memlora.schemas;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/** Schema files in an order in which each knows the names it uses. */
final class SchemaFiles {
    static final Path SOURCES = Path.of("src/main/avro");
    static final Path RELEASES = Path.of("src/test/resources/released");
    private static final List<String> NAMES = List.of("Picture", "Turn", "Question", "Forget", "StageUsage", "MemoryRead", "Said",
            "ConversationEvent", "Answer", "MemoryOperation", "FailedEvent", "MemoryRecord");

    private SchemaFiles() {
    }

    static Map<String, Schema> in(Path folder) throws IOException {
        Schema.Parser parser = new Schema.Parser();
        Map<String, Schema> schemas = new LinkedHashMap<>();
        for (String name : NAMES) {
            if (Files.exists(folder.resolve(name + ".avsc"))) {
                schemas.put(name, parser.parse(Files.readString(folder.resolve(name + ".avsc"))));
            }
        }
        return schemas;
    }
}
