package org.memlora.evaluation.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.memlora.evaluation.EvaluationSettings;
import org.memlora.evaluation.JsonFile;
import org.memlora.evaluation.metrics.AnswerScores;
import org.memlora.evaluation.questions.EvaluatedConversation;
import org.memlora.evaluation.questions.EvaluationData;
import org.memlora.evaluation.rows.RowName;
import org.memlora.evaluation.rows.RowOutcome;
import org.memlora.schemas.MemoryOperation;

/**
 * The files of an evaluation: summary.json, report.html, and answers.jsonl and operations.jsonl of the first row (the
 * experts where there are any); those of the other rows are answers-ROW.jsonl and operations-ROW.jsonl.
 */
public final class EvaluationReport {

    private static final String SUMMARY = "summary.json";
    private static final String PAGE = "report.html";
    private static final String ANSWERS = "answers";
    private static final String OPERATIONS = "operations";
    private static final String LINES = ".jsonl";

    private final EvaluationSettings settings;
    private final EvaluationData data;
    private final List<ScoredRow> rows;
    private final List<RowName> left;

    /** @param rows at least one @param left rows that are still to be measured */
    public EvaluationReport(EvaluationSettings settings, EvaluationData data, List<ScoredRow> rows, List<RowName> left) {
        this.settings = settings;
        this.data = data;
        this.rows = List.copyOf(rows);
        this.left = List.copyOf(left);
    }

    /** What a former run left in the folder, of other rows, goes: it would count as this one's. */
    public void write() throws IOException {
        Path folder = settings.reportFolder();
        JsonFile.write(folder.resolve(SUMMARY), summary());
        for (ScoredRow row : rows) {
            JsonFile.writeLines(folder.resolve(lines(ANSWERS, row)), row.answers().stream().map(EvaluationReport::answer).toList());
            if (row.outcome().name().isPipeline()) {
                JsonFile.writeLines(folder.resolve(lines(OPERATIONS, row)), row.outcome().operations().stream().map(EvaluationReport::operation).toList());
            }
        }
        Files.writeString(folder.resolve(PAGE), new HtmlReport(settings, data, rows, left).html());
        List<String> written = files();
        for (String suffix : Stream.concat(Stream.of(""), RowName.texts().stream().map(row -> "-" + row)).toList()) {
            for (String name : List.of(ANSWERS + suffix + LINES, OPERATIONS + suffix + LINES)) {
                if (!written.contains(name)) {
                    Files.deleteIfExists(folder.resolve(name));
                }
            }
        }
    }

    /** Names of all that is written. */
    private List<String> files() {
        List<String> files = new ArrayList<>(List.of(SUMMARY));
        rows.forEach(row -> files.add(lines(ANSWERS, row)));
        rows.stream().filter(row -> row.outcome().name().isPipeline()).forEach(row -> files.add(lines(OPERATIONS, row)));
        files.add(PAGE);
        return files;
    }

    private String lines(String what, ScoredRow row) {
        return what + (row == rows.get(0) ? "" : "-" + row.name()) + LINES;
    }

    public void print(PrintStream out) {
        out.println();
        out.println(String.format("%-26s %7s %16s %7s %7s %7s %10s", "row", "F1", "95 %", "exact", "L", "judge", "recall@10"));
        for (ScoredRow row : rows) {
            ObjectNode overall = (ObjectNode) row.json(EvaluationSettings.SEED).get("overall");
            double[] interval = row.interval(AnswerScores.METRICS.get(0), EvaluationSettings.SEED);
            out.println(String.format(Locale.ROOT, "%-26s %7.3f  [%.3f, %.3f] %7.3f %7.3f %7s %10s", row.name(), row.tokenF1(), interval[0], interval[1],
                    overall.get("exactMatch").asDouble(), overall.get("compositeL").asDouble(),
                    overall.get("judge").isNull() ? "-" : String.format(Locale.ROOT, "%.3f", overall.get("judge").asDouble()),
                    row.recallAt(10).isPresent() ? String.format(Locale.ROOT, "%.3f", row.recallAt(10).getAsDouble()) : "-"));
        }
        out.println("Written to " + settings.reportFolder() + ": " + String.join(", ", files()));
    }

    private ObjectNode summary() {
        ScoredRow first = rows.get(0);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("model", settings.model().base()).put("commit", settings.commit()).put("seed", EvaluationSettings.SEED);
        settings.rival().ifPresent(rival -> json.put("rival", rival));
        ArrayNode conversations = json.putArray("conversations");
        data.conversations().stream().map(EvaluatedConversation::bankId).forEach(conversations::add);
        json.put("questions", data.questions().size()).put("turns", data.turns());
        left.stream().map(RowName::text).forEach(json.putArray("rowsNotMeasuredYet")::add);
        json.put("compositeParts", "mean of rouge1, meteor (exact words and stems) and similarity (MiniLM); without BERTScore");
        ArrayNode list = json.putArray("rows");
        rows.forEach(row -> list.add(row.json(EvaluationSettings.SEED)));
        json.set("evidenceRecall", first.evidenceRecall());
        json.set("memoryHealth", first.healthJson());
        json.set("promptTokens", first.tokens(true));
        json.set("outputTokens", first.tokens(false));
        first.outcome().turnsPerSecond().ifPresentOrElse(rate -> json.put("turnsPerSecond", rate), () -> json.putNull("turnsPerSecond"));
        return json;
    }

    private static ObjectNode answer(ScoredAnswer scored) {
        RowOutcome.RowAnswer answer = scored.answer();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("bankId", answer.question().bankId()).put("questionId", answer.question().eventId()).put("question", answer.question().text());
        answer.question().gold().ifPresentOrElse(gold -> json.put("gold", gold), () -> json.putNull("gold"));
        json.put("answer", answer.text()).put("category", scored.category());
        ArrayNode memories = json.putArray("memories");
        answer.memories().forEach(memory -> {
            ObjectNode one = memories.addObject().put("id", memory.id()).put("text", memory.text()).put("score", memory.score())
                    .put("validFrom", memory.validFrom().toString()).put("validTo", memory.validTo().map(Object::toString).orElse(null));
            memory.sourceEventIds().forEach(one.putArray("sources")::add);
        });
        answer.question().evidence().forEach(json.putArray("evidence")::add);
        scored.scores().ifPresent(scores -> AnswerScores.METRICS.forEach(metric -> json.put(metric.name(), metric.value().applyAsDouble(scores))));
        scored.judged().ifPresent(judged -> json.put("judge", judged));
        return json.put("abstained", scored.abstained());
    }

    private static ObjectNode operation(MemoryOperation operation) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("bankId", operation.getBankId()).put("operationId", operation.getOperationId()).put("kind", operation.getKind().name())
                .put("time", operation.getTime().toString()).put("fact", operation.getFactText()).put("memoryId", operation.getMemoryId())
                .put("targetMemoryId", operation.getTargetMemoryId()).put("targetText", operation.getTargetText())
                .put("occurredOn", operation.getOccurredOn() == null ? null : operation.getOccurredOn().toString())
                .put("decidedBy", operation.getDecidedBy());
        operation.getSourceEventIds().forEach(json.putArray("sources")::add);
        return json;
    }
}
