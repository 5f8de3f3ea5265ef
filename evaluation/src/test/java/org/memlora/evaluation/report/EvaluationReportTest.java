package org.memlora.evaluation.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.evaluation.EvaluationSettings;
import org.memlora.evaluation.questions.EvaluatedConversation;
import org.memlora.evaluation.questions.EvaluatedQuestion;
import org.memlora.evaluation.questions.EvaluationData;
import org.memlora.evaluation.rows.RowName;
import org.memlora.evaluation.rows.RowOutcome;
import org.memlora.models.LanguageModels;
import org.memlora.models.testing.HashEmbedder;
import org.memlora.topology.serving.StageMeter;

class EvaluationReportTest {

    private static final EvaluatedQuestion QUESTION = new EvaluatedQuestion("b", "q", "What did Ann adopt?", Instant.EPOCH, Optional.of("A cat"), 4, List.of());

    @TempDir
    private Path folder;

    private EvaluationReport report(RowName... names) throws Exception {
        List<ScoredRow> rows = new ArrayList<>();
        try (HashEmbedder embedder = new HashEmbedder()) {
            for (RowName name : names) {
                RowOutcome outcome = new RowOutcome(name, List.of(new RowOutcome.RowAnswer(QUESTION, "A cat", List.of())), List.of(), List.of(), List.of(),
                        new StageMeter(), Optional.empty());
                rows.add(new ScoredRow(outcome, new AnswerScoring(embedder, Optional.empty(), (row, what, done, total) -> { }).score(outcome),
                        Optional.empty(), Optional.empty()));
            }
        }
        EvaluationSettings settings = new EvaluationSettings(new LanguageModels.Request("scripted", Optional.empty(), LanguageModels.Compute.CPU, 1, 64),
                Optional.empty(), List.of(), Optional.empty(), 1, 1, Optional.empty(), folder, "abc");
        EvaluationData data = new EvaluationData(List.of(new EvaluatedConversation("b", List.of(), List.of(QUESTION), Set.of(), Optional.empty())));
        return new EvaluationReport(settings, data, rows, List.of());
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void aReportLeavesNothingOfAFormerOneWithOtherRows() throws Exception {
        report(RowName.EXPERTS, RowName.BASE, RowName.NO_MEMORY).write();
        assertThat(files()).containsExactlyInAnyOrder("summary.json", "report.html", "answers.jsonl", "answers-base.jsonl", "answers-no-memory.jsonl",
                "operations.jsonl", "operations-base.jsonl");
        Files.writeString(folder.resolve("answers-mine.jsonl"), "somebody's own");

        EvaluationReport second = report(RowName.LAST_TURNS, RowName.NO_MEMORY);
        second.write();

        assertThat(files()).containsExactlyInAnyOrder("summary.json", "report.html", "answers.jsonl", "answers-no-memory.jsonl", "answers-mine.jsonl");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        second.print(new PrintStream(out, true, StandardCharsets.UTF_8));
        assertThat(out.toString(StandardCharsets.UTF_8)).contains(folder + ": summary.json, answers.jsonl, answers-no-memory.jsonl, report.html")
                .doesNotContain("operations");
    }
}
