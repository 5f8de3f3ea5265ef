package org.memlora.topology.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.memlora.schemas.Forget;
import org.memlora.schemas.Picture;
import org.memlora.schemas.Question;
import org.memlora.schemas.Turn;

class DialogueReaderTest {

    private static final String LOCOMO = """
            {"conversation": {"speaker_a": "Ann",
              "session_10": [{"speaker": "Ann", "dia_id": "D10:1", "text": "last"}], "session_10_date_time": "12:05 am on 1 January, 2024",
              "session_2": [{"speaker": "Ann", "dia_id": "D2:1", "text": "look", "img_url": ["http://x/y.jpg"], "blip_caption": "a cat"},
                            {"speaker": "Ben", "dia_id": "D2:2", "text": "nice"}],
              "session_2_date_time": "1:56 pm on 8 May, 2023"},
             "qa": [{"question": "Who?", "answer": 2022, "category": 2}, {"question": "Not known?", "adversarial_answer": "x", "category": 5}]}
            """;

    @TempDir
    private Path folder;

    @Test
    void theDemoHasSessionsBanksAndQuestions() {
        Dialogue demo = DialogueReader.demo();
        assertThat(demo.turns()).isBetween(60L, 75L);
        assertThat(demo.questions()).isBetween(15L, 20L);
        assertThat(demo.events()).extracting(event -> event.event().getBankId()).containsOnly("hazel-and-ravi", "ines-and-otto", "mira-and-jun");
        assertThat(demo.closed().events()).hasSameSizeAs(demo.events());
        List<Picture> pictures = demo.events().stream().flatMap(event -> event.picture().stream()).toList();
        assertThat(demo.hasPictures()).isTrue();
        assertThat(pictures).as("with their bytes: nothing has to be fetched").hasSize(3).allMatch(picture -> picture.getUri() == null
                && picture.getBytes().remaining() > 1000 && picture.getMediaType().equals("image/png"));
    }

    @Test
    void aSampleWithoutConversationIsNamed() {
        assertThatThrownBy(() -> read("[" + LOCOMO + ", {\"sample_id\": \"x\"}]", "all.json")).isInstanceOf(DialogueFileException.class)
                .hasMessageContaining("Sample 2 of 2").hasMessageContaining("all.json").hasMessageContaining("conversation");
    }

    @Test
    void locomoSessionsComeInTheOrderOfTheirNumbers() throws IOException {
        List<ScriptedEvent> events = read(LOCOMO, "conv-1.json").events();
        assertThat(events).extracting(event -> event.event().getEventId()).containsExactly("D2:1", "D2:2", "D10:1", "qa1");
        assertThat(events).allMatch(event -> event.event().getBankId().equals("conv-1"));
        assertThat(events.get(0).event().getTime()).isEqualTo(Instant.parse("2023-05-08T13:56:00Z"));
        assertThat(events.get(1).event().getTime()).isAfter(events.get(0).event().getTime());
        assertThat(events.get(2).event().getTime()).isEqualTo(Instant.parse("2024-01-01T00:05:00Z"));
        Turn turn = (Turn) events.get(0).event().getBody();
        assertThat(turn.getPicture().getCaption()).isEqualTo("a cat");
        assertThat(events.get(3).gold()).contains("2022");
    }

    @Test
    void jsonLinesOfAllKinds() throws IOException {
        List<ScriptedEvent> events = read("""
                {"type": "turn", "bank": "b", "time": "2025-03-01T10:00:00Z", "speaker": "Ann", "text": "Hi"}

                {"type": "question", "bank": "b", "id": "q", "text": "Who?", "gold": "Ann"}
                {"type": "forget", "bank": "b", "time": "2025-03-01T10:00:00Z"}
                """, "own.jsonl").events();
        assertThat(events).extracting(event -> event.event().getEventId()).containsExactly("own-1", "q", "own-4");
        assertThat(events).extracting(event -> event.event().getBody()).hasExactlyElementsOfTypes(Turn.class, Question.class, Forget.class);
    }

    @Test
    void picturesComeFromFilesBesideOrFromUris() throws IOException {
        Files.write(folder.resolve("cat.PNG"), new byte[] {1, 2, 3});
        List<ScriptedEvent> events = read("""
                {"type": "turn", "bank": "b", "time": "2025-03-01T10:00:00Z", "speaker": "Ann", "picture": {"file": "cat.PNG", "caption": "Milo"}}
                {"type": "question", "bank": "b", "text": "Who?", "picture": {"uri": "https://example.org/cat.webp"}}
                """, "own.jsonl").events();

        assertThat(((Turn) events.get(0).event().getBody()).getPicture())
                .isEqualTo(new Picture(ByteBuffer.wrap(new byte[] {1, 2, 3}), null, "image/png", "Milo"));
        assertThat(((Question) events.get(1).event().getBody()).getPicture())
                .isEqualTo(new Picture(null, "https://example.org/cat.webp", "image/webp", null));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "not json|Line 1 of",
        "{\"type\": \"turn\", \"bank\": \"b\", \"text\": \"x\"}|no \"speaker\"",
        "{\"type\": \"shout\", \"bank\": \"b\"}|type \"shout\"",
        "{\"type\": \"question\", \"bank\": \"b\", \"text\": \"x\", \"time\": \"noon\"}|time \"noon\"",
        "{\"type\": \"question\", \"bank\": \"b\", \"text\": \"x\", \"tmie\": 1}|unknown field \"tmie\"",
        "{\"type\": \"question\", \"bank\": \"b\", \"text\": \"x\", \"picture\": {}}|no \"uri\"",
        "{\"type\": \"question\", \"bank\": \"b\", \"text\": \"x\", \"picture\": {\"file\": \"no.png\"}}|picture file no.png, expected one beside the events that can be read (",
        "{\"type\": \"question\", \"bank\": \"b\", \"text\": \"x\", \"picture\": {\"file\": \"../no.png\"}}|it is not in the events' folder",
        "{\"type\": \"question\", \"bank\": \"b\", \"text\": \"x\", \"picture\": {\"file\": \"/etc/no.png\"}}|it is not in the events' folder",
        "{\"type\": \"question\", \"bank\": \"b\", \"text\": \"x\", \"picture\": {\"file\": \"a\", \"uri\": \"b\"}}|both \"file\" and \"uri\"",
        "{\"conversation\": {}}|no session",
        "{\"conversation\": {\"session_1\": [{\"speaker\": \"A\"}], \"session_1_date_time\": \"soon\"}}|time \"soon\""})
    void wrongInputIsOneSentenceWithThePlace(String text, String expected) {
        assertThatThrownBy(() -> read(text, "bad.json")).isInstanceOf(DialogueFileException.class)
                .hasMessageContaining(expected).hasMessageEndingWith(".");
    }

    private Dialogue read(String text, String name) throws IOException {
        return DialogueReader.read(Files.writeString(folder.resolve(name), text));
    }
}
