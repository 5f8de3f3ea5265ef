package org.memlora.evaluation.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.evaluation.questions.EvaluationData;
import org.memlora.models.GenerationRequest;
import org.memlora.models.testing.HashEmbedder;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.operators.Stage;

/** Combinations over the embedded pipeline with a scripted model whose calls are counted. */
class ExpertCombinationsIT {

    private static ScriptedLanguageModel model() {
        return new ScriptedLanguageModel("extraction-a", "extraction-b", "update-a", "generation-a", "generation-b")
                .when(request -> request.expert().startsWith("extraction"), "- Ann adopted a cat.")
                .when(request -> user(request).contains("New fact:"), "ADD")
                .when(request -> request.expert().equals("generation-b"), "A cat")
                .otherwise("not mentioned");
    }

    private static String user(GenerationRequest request) {
        return request.prompt().get(request.prompt().size() - 1).content();
    }

    private static long calls(ScriptedLanguageModel model, String expert) {
        return model.requests().stream().filter(request -> request.expert().equals(expert)).count();
    }

    @Test
    void aStageThatTwoCombinationsShareRunsOnce(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("talk.json"), """
                {"conversation": {"session_1": [
                    {"speaker": "Ann", "dia_id": "D1:1", "text": "I adopted a cat."}, {"speaker": "Ben", "dia_id": "D1:2", "text": "Nice!"}],
                  "session_1_date_time": "1:56 pm on 8 May, 2023"},
                 "qa": [{"question": "What did Ann adopt?", "answer": "A cat", "category": 4, "evidence": ["D1:1"]}]}
                """);
        ScriptedLanguageModel model = model();
        try (HashEmbedder embedder = new HashEmbedder()) {
            ExpertCombinations combinations = new ExpertCombinations(EvaluationData.read(List.of(file), 10, 10), model, embedder, (row, what, done, total) -> { });
            ExpertCombinations.Result first = combinations.score(Map.of(Stage.EXTRACTION, "extraction-a", Stage.GENERATION, "generation-a"));
            ExpertCombinations.Result second = combinations.score(Map.of(Stage.EXTRACTION, "extraction-a", Stage.GENERATION, "generation-b"));
            ExpertCombinations.Result third = combinations.score(Map.of(Stage.EXTRACTION, "extraction-b", Stage.GENERATION, "generation-b"));

            assertThat(first.tokenF1()).isZero();
            assertThat(second.tokenF1()).isEqualTo(1);
            assertThat(third.tokenF1()).isEqualTo(1);
            assertThat(first.reused()).isZero();
            assertThat(second.requests()).isEqualTo(first.requests());
            assertThat(second.reused()).as("all but the answer").isEqualTo(second.requests() - 1);
        }
        assertThat(calls(model, "extraction-a")).isEqualTo(1);
        assertThat(calls(model, "extraction-b")).isEqualTo(1);
        assertThat(calls(model, "generation-a")).isEqualTo(1);
        assertThat(calls(model, "generation-b")).as("the other extraction expert found the same memories").isEqualTo(1);
    }
}
