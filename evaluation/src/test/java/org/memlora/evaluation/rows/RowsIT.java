package org.memlora.evaluation.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.evaluation.EvaluationSettings;
import org.memlora.evaluation.health.HealthSuite;
import org.memlora.evaluation.health.MemoryCleanness;
import org.memlora.evaluation.questions.EvaluationData;
import org.memlora.evaluation.report.AnswerScoring;
import org.memlora.evaluation.report.EvaluationReport;
import org.memlora.evaluation.report.ScoredRow;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModels;
import org.memlora.models.testing.HashEmbedder;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.operators.Stage;
import org.memlora.topology.demo.Dialogue;

/** All rows over the embedded pipeline with a scripted model, and the report of them. */
class RowsIT {

    /** The expert of extraction writes down each turn of Mara and Ann, the base nothing; the expert of generation knows the answer, the base doesn't. */
    private static ScriptedLanguageModel model() {
        return new ScriptedLanguageModel("extraction", "update", "generation")
                .when(request -> request.expert().equals("extraction"), request -> user(request).lines().filter(line -> line.matches("(Mara|Ann): .*"))
                        .findFirst().map(line -> "- " + line.replace(":", "")).orElse("NONE"))
                .when(request -> user(request).contains("New fact:"), "ADD")
                .when(request -> request.expert().equals("generation"), "A cat")
                .when(request -> user(request).startsWith("Dialogue:"), "NONE")
                .otherwise("not mentioned");
    }

    private static String user(GenerationRequest request) {
        return request.prompt().get(request.prompt().size() - 1).content();
    }

    private static Path data(Path folder) throws Exception {
        return Files.writeString(folder.resolve("talk.json"), """
                {"conversation": {"session_1": [
                    {"speaker": "Ann", "dia_id": "D1:1", "text": "I adopted a cat."}, {"speaker": "Ben", "dia_id": "D1:2", "text": "Nice!"},
                    {"speaker": "Ann", "dia_id": "D1:3", "text": "Her name is Milo."}, {"speaker": "Ben", "dia_id": "D1:4", "text": "Great!"}],
                  "session_1_date_time": "1:56 pm on 8 May, 2023"},
                 "observation": {"session_1_observation": {"Ann": [["Ann adopted a cat.", "D1:1"]]}},
                 "qa": [{"question": "What did Ann adopt?", "answer": "A cat", "category": 4, "evidence": ["D1:1"]},
                        {"question": "What did Ben adopt?", "adversarial_answer": "A cat", "category": 5, "evidence": ["D1:1"]}]}
                """);
    }

    @Test
    void rowsDifferByTheirExpertsAndContexts(@TempDir Path folder) throws Exception {
        EvaluationData data = EvaluationData.read(List.of(data(folder)), Integer.MAX_VALUE, Integer.MAX_VALUE);
        HealthSuite suite = HealthSuite.load();
        List<ScoredRow> rows = new ArrayList<>();
        try (HashEmbedder embedder = new HashEmbedder()) {
            RowProgress silent = (row, what, done, total) -> { };
            AnswerScoring scoring = new AnswerScoring(embedder, Optional.empty(), silent);
            for (RowName name : List.of(RowName.EXPERTS, RowName.BASE, RowName.EXPERTS_EXTRACTION, RowName.NO_MEMORY, RowName.LAST_TURNS,
                    RowName.RAW_RETRIEVAL, RowName.RAW_RETRIEVAL_EXPERT, RowName.GOLD_EVIDENCE)) {
                RowOutcome outcome = name.isPipeline()
                        ? new PipelineRow(data, name == RowName.EXPERTS ? suite.dialogue() : new Dialogue(List.of(), false), embedder, silent).run(name, model())
                        : new DirectRow(data, embedder, silent).run(name, model());
                rows.add(new ScoredRow(outcome, scoring.score(outcome),
                        name.isPipeline() ? Optional.of(MemoryCleanness.of(data, outcome.operations(), embedder)) : Optional.empty(),
                        outcome.healthOperations().isEmpty() ? Optional.empty() : Optional.of(suite.score(outcome.healthOperations()))));
            }
        }
        assertThat(rows).extracting(ScoredRow::tokenF1).containsExactly(1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0);
        RowOutcome experts = rows.get(0).outcome();
        assertThat(experts.operations()).hasSize(2).allMatch(operation -> operation.getBankId().equals("talk"));
        assertThat(experts.meter().of(Stage.EXTRACTION).requests()).as("the health suite is not counted").isEqualTo(2);
        assertThat(experts.turnsPerSecond().orElseThrow()).isPositive();
        assertThat(rows.get(0).health().orElseThrow().wordingsStored()).isBetween(10, 15);
        assertThat(rows.get(1).outcome().answers().get(0).text()).as("nothing was remembered").isEmpty();
        assertThat(rows.get(2).outcome().operations()).hasSize(2);
        assertThat(rows.get(2).outcome().answers().get(0).text()).isEqualTo("not mentioned");
        assertThat(rows.get(4).outcome().answers().get(0).memories()).as("last turns, the latest first").hasSize(4)
                .isSortedAccordingTo(Comparator.comparing(RowOutcome.ReadMemory::validFrom).reversed());
        assertThat(rows.get(7).outcome().answers().get(0).memories()).as("gold evidence").singleElement()
                .satisfies(memory -> assertThat(memory.text()).isEqualTo("Ann: I adopted a cat."));

        report(folder, data, rows);
    }

    private static void report(Path folder, EvaluationData data, List<ScoredRow> rows) throws Exception {
        Path report = folder.resolve("report");
        EvaluationSettings settings = new EvaluationSettings(new LanguageModels.Request("scripted", Optional.empty(), LanguageModels.Compute.CPU, 1, 64),
                Optional.empty(), List.of(), Optional.empty(), 1, 1, Optional.empty(), report, "abc");
        new EvaluationReport(settings, data, rows, List.of()).write();
        JsonNode summary = new ObjectMapper().readTree(report.resolve("summary.json").toFile());

        assertThat(summary.get("model").asText()).isEqualTo("scripted");
        assertThat(summary.get("commit").asText()).isEqualTo("abc");
        assertThat(summary.get("conversations").get(0).asText()).isEqualTo("talk");
        assertThat(summary.get("questions").asInt()).isEqualTo(2);
        assertThat(summary.get("rows").findValuesAsText("name")).startsWith("experts", "base");
        JsonNode overall = summary.get("rows").get(0).get("overall");
        assertThat(overall.get("n").asInt()).as("category 5 doesn't count").isEqualTo(1);
        assertThat(overall.fieldNames()).toIterable().contains("tokenF1", "exactMatch", "bleu1", "rouge1", "meteor", "similarity", "compositeL", "judge", "interval95");
        assertThat(overall.get("judge").isNull()).isTrue();
        assertThat(overall.get("interval95").get("tokenF1").get(1).asDouble()).isEqualTo(1);
        JsonNode adversarial = summary.get("rows").get(0).get("byCategory").get("5");
        assertThat(adversarial.get("abstained").asDouble()).as("the expert always answers").isZero();
        assertThat(summary.get("rows").get(1).get("byCategory").get("5").get("abstained").asDouble()).isEqualTo(1);
        assertThat(summary.get("evidenceRecall").get("10").asDouble()).isEqualTo(1);
        assertThat(summary.get("memoryHealth").get("junkRate").asDouble()).as("the cat's name is noted nowhere").isEqualTo(0.5);
        assertThat(summary.get("promptTokens").get("extraction").asDouble()).isPositive();
        assertThat(Files.readAllLines(report.resolve("answers.jsonl"))).hasSize(2);
        assertThat(Files.readAllLines(report.resolve("operations.jsonl"))).hasSize(2);
        assertThat(report.resolve("answers-raw-retrieval.jsonl")).exists();
        assertThat(Files.readString(report.resolve("report.html"))).contains("<svg").contains("What did Ann adopt?").doesNotContain("NaN");
    }
}
