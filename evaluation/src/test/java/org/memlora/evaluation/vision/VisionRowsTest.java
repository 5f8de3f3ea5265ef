package org.memlora.evaluation.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.models.Completion;
import org.memlora.models.PictureRequest;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.models.testing.ScriptedVisionModel;

class VisionRowsTest {

    @TempDir
    private Path folder;
    private VisionRows runner;

    @BeforeEach
    void writeQuestions() throws IOException {
        Files.write(folder.resolve("a.png"), new byte[] {1});
        Files.write(folder.resolve("b.png"), new byte[] {2});
        Files.write(folder.resolve("questions.jsonl"), List.of(
                "{\"image\": \"a.png\", \"question\": \"How many cats?\", \"answer\": \"two\", \"kind\": \"counting\"}",
                "{\"image\": \"b.png\", \"question\": \"How many dogs?\", \"answer\": \"two\", \"kind\": \"counting\"}",
                "{\"image\": \"b.png\", \"question\": \"How many hats?\", \"answer\": \"one\", \"kind\": \"counting\"}",
                "{\"image\": \"a.png\", \"question\": \"Which colour is it?\", \"answer\": \"red\", \"kind\": \"colour\"}", "",
                "{\"image\": \"a.png\", \"question\": \"Where is it?\", \"answer\": \"home\"}"));
    }

    /** The expert sees cats and colours; the base says "two" to all; descriptions tell of a hat alone. */
    private static Completion see(PictureRequest request) {
        String prompt = ScriptedLanguageModel.promptText(request.request());
        boolean real = request.picture().length == 1;
        if (prompt.contains("in one sentence")) {
            return ScriptedVisionModel.said(request.picture()[0] == 1 ? "a cat" : "one hat");
        }
        return ScriptedVisionModel.said(!real ? "nothing" : request.request().expert().equals("base") ? "two"
                : prompt.contains("cats") ? "Two." : prompt.contains("colour") ? "red" : "unclear");
    }

    private List<VisionRow> rows(String... experts) {
        ScriptedLanguageModel text = new ScriptedLanguageModel(experts)
                .when(request -> ScriptedLanguageModel.promptText(request).contains("The picture shows: one hat.\nHow many hats?"), "one").otherwise("not visible");
        runner = new VisionRows(new ScriptedVisionModel(text, VisionRowsTest::see), VisionQuestion.read(folder), (row, done, total) -> { });
        return runner.run();
    }

    @Test
    void eachRowAnswersInItsWay() {
        List<VisionRow> rows = rows("vision");

        assertThat(rows).extracting(VisionRow::name).containsExactly("expert", "base", "caption", "majority", "blank");
        assertThat(rows).extracting(VisionRow::accuracy).usingComparatorForType((a, b) -> Math.abs(a - b) < 1e-9 ? 0 : 1, Double.class)
                .containsExactly(2 / 5.0, 2 / 5.0, 1 / 5.0, 4 / 5.0, 0.0);
        assertThat(rows.get(0).accuracy("colour")).isEqualTo(1);
        assertThat(rows.get(0).accuracy("counting")).isCloseTo(1 / 3.0, within(1e-9));
        assertThat(rows.get(3).answers()).containsExactly("two", "two", "two", "red", "home");
    }

    @Test
    void aSentenceWithTheRightWordIsNoExactAnswerButNamesIt() {
        List<VisionQuestion> questions = VisionQuestion.read(folder);
        VisionRow row = new VisionRow("base", questions, List.of("There are 2 cats.", "There are twenty dogs.", "one", "The red one", "at home"));
        assertThat(row.accuracy()).isEqualTo(1 / 5.0);
        assertThat(row.named()).isEqualTo(4 / 5.0);
        assertThat(row.isNamed(1)).isFalse();
    }

    @Test
    void withoutAnExpertTheBaseAloneLooks() {
        assertThat(rows()).extracting(VisionRow::name).containsExactly("base", "caption", "majority", "blank");
    }

    @Test
    void theReportHasTheRowsWithNumbersByKind() throws IOException {
        List<VisionRow> rows = rows("vision");
        new VisionReport("m", "c", "test", rows, runner.captions()).write(folder.resolve("report"));

        JsonNode summary = new ObjectMapper().readTree(folder.resolve("report/summary.json").toFile());
        JsonNode written = summary.path("vision").path("rows");
        assertThat(StreamSupport.stream(written.spliterator(), false).map(row -> row.path("name").asText()))
                .containsExactly("expert", "base", "caption", "majority", "blank");
        assertThat(written.get(0).path("accuracy").asDouble()).isEqualTo(0.4);
        assertThat(written.get(0).path("byKind").path("counting").path("n").asInt()).isEqualTo(3);
        assertThat(written.get(0).path("byKind").path("other").path("accuracy").asDouble()).isZero();
        assertThat(Files.readAllLines(folder.resolve("report/answers.jsonl"))).hasSize(5).first().asString().contains("\"answer\":\"Two.\"", "\"right\":true");
        assertThat(Files.readAllLines(folder.resolve("report/captions.jsonl"))).containsExactly("{\"image\":\"a.png\",\"description\":\"a cat\"}",
                "{\"image\":\"b.png\",\"description\":\"one hat\"}");
        assertThat(Files.readString(folder.resolve("report/report.html"))).contains("<td>caption</td><td>5</td><td>0.200</td><td>0.200</td>", "<svg");
    }

    /** The working folder of a test is the module's. */
    @Test
    void theFolderMayBeTheWorkingFolder() throws IOException {
        Path file = Path.of("questions.jsonl");
        assertThat(file).as("a file of the test's own").doesNotExist();
        try {
            Files.writeString(file, "{\"image\": \"pom.xml\", \"question\": \"q\", \"answer\": \"a\"}");
            assertThat(VisionQuestion.read(Path.of("."))).extracting(VisionQuestion::image).containsExactly("pom.xml");
            assertThat(VisionQuestion.read(Path.of(""))).hasSize(1);
            Files.writeString(file, "{\"image\": \"../pom.xml\", \"question\": \"q\", \"answer\": \"a\"}");
            assertThatThrownBy(() -> VisionQuestion.read(Path.of("."))).hasMessageContaining("../pom.xml, which is no file below .");
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void badDataAreNamedByLine() throws IOException {
        Path file = folder.resolve("questions.jsonl");
        for (String[] one : List.of(new String[] {"{", "is no JSON"}, new String[] {"{\"image\": \"a.png\", \"question\": \"q\"}", "has no \"answer\""},
                new String[] {"{\"image\": \"c.png\", \"question\": \"q\", \"answer\": \"a\"}", "c.png, which is no file below"},
                new String[] {"{\"image\": \"../x.png\", \"question\": \"q\", \"answer\": \"a\"}", "which is no file below"})) {
            Files.write(file, List.of("", one[0]));
            assertThatThrownBy(() -> VisionQuestion.read(folder)).hasMessageContaining("Line 2 of").hasMessageContaining(one[1]);
        }
        Files.writeString(file, "");
        assertThatThrownBy(() -> VisionQuestion.read(folder)).hasMessageContaining("has no question");
        Files.delete(file);
        assertThatThrownBy(() -> VisionQuestion.read(folder)).hasMessageContaining("There is no").hasMessageContaining("questions.jsonl");
    }
}
