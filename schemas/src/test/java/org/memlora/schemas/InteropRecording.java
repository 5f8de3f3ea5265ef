package org.memlora.schemas;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.schemas.registry.EmbeddedSchemaRegistry;

/**
 * Not a test: records the fixtures of {@link InteropTest} by running Confluent's JavaScript client against the embedded registry.
 * How to run it: src/test/interop/record.mjs.
 */
@EnabledIfSystemProperty(named = "memlora.interop.npm", matches = ".+")
class InteropRecording {
    @Test
    void record(@TempDir Path folder) throws IOException, InterruptedException {
        Path fixtures = Files.createDirectories(InteropTest.FIXTURES);
        try (EmbeddedSchemaRegistry registry = EmbeddedSchemaRegistry.start(folder); AvroSerdes serdes = AvroSerdes.of(registry.url())) {
            Files.write(fixtures.resolve("answer.bin"), serdes.answers().serializer().serialize(Topics.ANSWERS.name(), Samples.answer()));
            int status = new ProcessBuilder("node", "src/test/interop/record.mjs", System.getProperty("memlora.interop.npm"), registry.url(),
                    fixtures.toString(), Topics.ANSWERS.name(), Topics.CONVERSATION_EVENTS.name()).inheritIO().start().waitFor();
            if (status != 0) {
                throw new IOException("node ended with status " + status);
            }
        }
        Files.writeString(fixtures.resolve("schemas.jsonl"), Files.readString(folder.resolve("schemas.jsonl")));
    }
}
