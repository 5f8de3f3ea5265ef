package org.memlora.evaluation.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.models.LanguageModels.Compute;

/** With figures that a test writes down. */
class BenchRunTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;
    private Path experts;
    private Path report;

    @BeforeEach
    void makeExperts() throws IOException {
        report = folder.resolve("report");
        experts = folder.resolve("experts");
        for (String name : List.of("extraction", "update", "generation")) {
            Files.createDirectories(experts.resolve(name));
        }
    }

    private boolean run(PartRunner runner) throws IOException, InterruptedException {
        BenchSettings settings = new BenchSettings("m", Optional.of(experts), Compute.CPU, List.of(), List.of(1), Set.of(BenchSettings.ENGINES), true, 1, 64, report);
        return new BenchRun(settings, new PrintStream(OutputStream.nullOutputStream()), unused -> runner).run();
    }

    private static JsonNode measured(BenchPart part) {
        ObjectNode result = JSON.createObjectNode();
        result.putArray("engines").addObject().put("name", part.name()).put("batch", 1).put("decodeTokensPerSecond", 7.0).put("prefillTokensPerSecond", 9.0);
        return result;
    }

    private JsonNode written() throws IOException {
        return JSON.readTree(report.resolve("bench.json").toFile());
    }

    @Test
    void aRunThatEndsEarlyLeavesWhatItMeasuredAndSaysWhatIsMissing() throws Exception {
        assertThatThrownBy(() -> run((part, progress) -> {
            if (part.name().equals(BenchRun.LLAMA_CPP)) {
                throw new IOException("no disk left");
            }
            return measured(part);
        })).hasMessageContaining("no disk left");

        assertThat(written().get("engines").findValuesAsText("name")).hasSize(1);
        assertThat(written().get("partsNotMeasuredYet")).extracting(JsonNode::asText).hasSize(2).first().isEqualTo("engine llama.cpp");
        assertThat(Files.readString(report.resolve("bench.svg"))).contains("Not measured yet: engine llama.cpp, ");
    }

    @Test
    void aWholeRunHasNothingMissing() throws Exception {
        assertThat(run((part, progress) -> measured(part))).isTrue();

        assertThat(written().get("engines")).hasSize(3);
        assertThat(written().get("partsNotMeasuredYet")).isEmpty();
        assertThat(Files.readString(report.resolve("bench.svg"))).contains("<svg").doesNotContain("Not measured yet");
    }

    @Test
    void aPartThatFailsIsNamedAndTheOthersAreMeasured() throws Exception {
        assertThat(run((part, progress) -> part.name().equals(BenchRun.LLAMA_CPP) ? JSON.createObjectNode().put(BenchChild.ERROR, "no library") : measured(part)))
                .isFalse();

        assertThat(written().get("engines")).hasSize(2);
        assertThat(written().get("failures").get("engine llama.cpp").asText()).isEqualTo("no library");
    }
}
