package org.memlora.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.schemas.registry.EmbeddedSchemaRegistry;

/** Bytes exchanged with Confluent's JavaScript client, as recorded by {@link InteropRecording}, over the registry's state of then. */
class InteropTest {
    /** Magic byte and schema id of Confluent's wire format. */
    private static final int HEADER_BYTES = 5;
    static final Path FIXTURES = Path.of("src/test/resources/interop");

    private EmbeddedSchemaRegistry registry;
    private AvroSerdes serdes;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        Files.copy(FIXTURES.resolve("schemas.jsonl"), folder.resolve("schemas.jsonl"));
        registry = EmbeddedSchemaRegistry.start(folder);
        serdes = AvroSerdes.of(registry.url());
    }

    @AfterEach
    void stop() {
        serdes.close();
        registry.close();
    }

    @Test
    void theirEventIsReadByUs() throws IOException {
        for (String name : new String[] {"turn", "question", "forget"}) {
            ConversationEvent expected = switch (name) {
                case "turn" -> Samples.turn();
                case "question" -> Samples.question();
                default -> Samples.forget();
            };
            byte[] bytes = Files.readAllBytes(FIXTURES.resolve(name + ".bin"));
            assertThat(serdes.conversationEvents().deserializer().deserialize(Topics.CONVERSATION_EVENTS.name(), bytes)).isEqualTo(expected);
        }
    }

    @Test
    void ourAnswerIsReadByThem() throws IOException {
        byte[] bytes = Files.readAllBytes(FIXTURES.resolve("answer.bin"));
        Answer ours = serdes.answers().deserializer().deserialize(Topics.ANSWERS.name(), bytes);
        assertThat(ours).isEqualTo(Samples.answer());
        byte[] today = serdes.answers().serializer().serialize(Topics.ANSWERS.name(), Samples.answer());
        // But for the schema's id: a changed comment in the schema gives a new one.
        assertThat(Arrays.copyOfRange(today, HEADER_BYTES, today.length)).as("what they read is what we write today")
                .isEqualTo(Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length));

        JsonNode theirs = new ObjectMapper().readTree(FIXTURES.resolve("answer.json").toFile());
        assertThat(theirs).hasSize(Answer.SCHEMA$.getFields().size());
        assertThat(theirs.at("/status").asText()).isEqualTo(ours.getStatus().name());
        assertThat(theirs.at("/question").asText()).isEqualTo(ours.getQuestion());
        assertThat(theirs.at("/text").asText()).isEqualTo(ours.getText());
        assertThat(theirs.at("/reason").isNull()).isTrue();
        assertThat(theirs.at("/time").asLong()).isEqualTo(ours.getTime().toEpochMilli());
        assertThat(theirs.at("/memories/0/score").asDouble()).isEqualTo(ours.getMemories().get(0).getScore());
        assertThat(theirs.at("/memories/0/sourceEventIds/1").asText()).isEqualTo("e-2");
        assertThat(theirs.at("/memories/0/occurredOn").asLong()).isEqualTo(ours.getMemories().get(0).getOccurredOn().toEpochDay());
        assertThat(theirs.at("/usage/0/micros").asLong()).isEqualTo(ours.getUsage().get(0).getMicros());
    }
}
