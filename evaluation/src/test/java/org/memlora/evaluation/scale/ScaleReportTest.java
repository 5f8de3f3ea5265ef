package org.memlora.evaluation.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.evaluation.scale.ScaleRow.Percentiles;
import org.w3c.dom.Document;

class ScaleReportTest {

    private static final List<ScaleRow> ROWS = List.of(row("workers", 1, 100), row("workers", 2, 180), row("workers", 8, 240));

    private static ScaleRow row(String series, int workers, double turnsPerSecond) {
        return new ScaleRow(series, workers, 64, 0, 0, 1_000, turnsPerSecond, 1_000 / turnsPerSecond, new Percentiles(1, 2), null,
                1L << 20, 2L << 20, 3, 4, 5.5);
    }

    @Test
    void shouldKeepWhatStandsInTheFile(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("bench.json"), "{\"rows\": [{\"name\": \"ours\"}], \"scale\": {\"note\": \"old\"}}");

        ScaleReport.write(folder, ROWS);

        JsonNode json = new ObjectMapper().readTree(folder.resolve("bench.json").toFile());
        assertThat(json.at("/rows/0/name").asText()).isEqualTo("ours");
        assertThat(json.at("/scale/note").asText()).isEqualTo(ScaleReport.NOTE);
        assertThat(json.at("/scale/rows")).hasSize(3);
        assertThat(json.at("/scale/rows/1/workers").asInt()).isEqualTo(2);
        assertThat(json.at("/scale/rows/1/turnsPerSecond").asDouble()).isEqualTo(180);
        assertThat(json.at("/scale/rows/1/retrievalMillis/p95").asDouble()).isEqualTo(2);
        assertThat(json.at("/scale/rows/1").has("answerMillis")).as("what was not measured").isFalse();
        assertThat(ScaleReport.line(ROWS.get(1))).contains("resident 2 MiB", "changelogs 6 bytes a turn").doesNotContain("answers");
    }

    @Test
    void shouldDrawAPointForEachMeasurement(@TempDir Path folder) throws Exception {
        ScaleReport.write(folder.resolve("new"), ROWS);

        Document svg = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(folder.resolve("new/scale.svg").toFile());
        assertThat(svg.getElementsByTagName("circle").getLength()).isEqualTo(3);
        assertThat(svg.getElementsByTagName("circle").item(2).getAttributes().getNamedItem("cy").getNodeValue()).as("the most stands on top")
                .isEqualTo("50.0");
    }

    @Test
    void shouldRefuseTooFewTurns() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ScaleSettings(1, List.of(1), List.of(), List.of(), 1))
                .withMessage("A measurement needs at least 20 turns and one bank, not 1 turns and 1 banks.");
    }
}
