package org.memlora.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.evaluation.rows.RowName;
import org.memlora.models.LanguageModels;
import org.memlora.models.bases.BaseCatalog;
import org.memlora.models.bases.CachedBases;

/** The real thing, small: the 135M on the first turns of LoCoMo's validation conversation. */
class EvaluationRunIT {

    @Test
    void evaluatesTheSmallBaseOnTheFirstTurns(@TempDir Path folder) throws Exception {
        Path data = Path.of(System.getProperty("memlora.locomo", "../../shared/locomo")).resolve("conv-26.json");
        Assumptions.assumeTrue(Files.isReadable(data), "LoCoMo's validation conversation is not at " + data);
        CachedBases.path(BaseCatalog.SMOLLM2_135M);
        EvaluationSettings settings = new EvaluationSettings(
                new LanguageModels.Request(BaseCatalog.SMOLLM2_135M, Optional.empty(), LanguageModels.Compute.CPU, 8, 1536), Optional.empty(),
                List.of(data), Optional.of(Set.of(RowName.BASE, RowName.RAW_RETRIEVAL, RowName.GOLD_EVIDENCE)), 30, 6, Optional.empty(), folder, "test");
        new EvaluationRun(settings, new PrintStream(OutputStream.nullOutputStream())).run();

        JsonNode summary = new ObjectMapper().readTree(folder.resolve("summary.json").toFile());
        assertThat(summary.get("turns").asInt()).isEqualTo(30);
        assertThat(summary.get("questions").asInt()).isEqualTo(6);
        assertThat(summary.get("rows").findValuesAsText("name")).containsExactly("base", "raw-retrieval", "gold-evidence");
        assertThat(summary.get("turnsPerSecond").asDouble()).isPositive();
        assertThat(summary.get("promptTokens").get("extraction").asDouble()).isBetween(200.0, 400.0);
        assertThat(summary.get("rows").get(1).get("evidenceRecall").get("10").asDouble()).as("of 30 turns, ten are read").isBetween(0.3, 1.0);
        assertThat(summary.get("rows").get(2).get("evidenceRecall").get("10").asDouble()).isEqualTo(1);
        assertThat(Files.readAllLines(folder.resolve("answers.jsonl"))).hasSize(6);
        assertThat(Files.readString(folder.resolve("report.html"))).contains("gold-evidence");
    }
}
