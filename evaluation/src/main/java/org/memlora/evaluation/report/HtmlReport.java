package org.memlora.evaluation.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import org.memlora.evaluation.EvaluationSettings;
import org.memlora.evaluation.metrics.AnswerScores;
import org.memlora.evaluation.plots.BarChart;
import org.memlora.evaluation.plots.Xml;
import org.memlora.evaluation.questions.EvaluatedConversation;
import org.memlora.evaluation.questions.EvaluationData;
import org.memlora.evaluation.rows.RowName;

/** The page for people: one file that needs nothing else. */
final class HtmlReport {

    private static final int MOST_EXAMPLES = 40;
    private static final String STYLE = """
            body{font-family:sans-serif;margin:2em auto;max-width:1100px;padding:0 1em;color:#222;line-height:1.4}
            h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}
            table{border-collapse:collapse;font-size:.88em;margin:.6em 0}
            th,td{padding:.3em .6em;border-bottom:1px solid #ddd;text-align:right;vertical-align:top}
            th{background:#f3f5f7}td:first-child,th:first-child,td.text,th.text{text-align:left}td:first-child:not(.text){white-space:nowrap}
            .small{color:#555;font-size:.85em}svg{max-width:100%;height:auto}.wide{overflow-x:auto}""";

    private final EvaluationSettings settings;
    private final EvaluationData data;
    private final List<ScoredRow> rows;
    private final List<RowName> left;

    HtmlReport(EvaluationSettings settings, EvaluationData data, List<ScoredRow> rows, List<RowName> left) {
        this.settings = settings;
        this.data = data;
        this.rows = rows;
        this.left = left;
    }

    String html() {
        StringBuilder html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>memlora evaluation</title>"
                + "<meta name=\"viewport\" content=\"width=device-width\"><style>" + STYLE + "</style></head><body>\n");
        html.append("<h1>Evaluation of ").append(Xml.escaped(settings.model().base())).append("</h1>\n<p>")
                .append(Xml.escaped(String.join(", ", data.conversations().stream().map(EvaluatedConversation::bankId).toList()))).append(": ")
                .append(data.turns()).append(" turns, ").append(data.questions().size()).append(" questions. Commit ")
                .append(Xml.escaped(settings.commit())).append(", seed ").append(EvaluationSettings.SEED)
                .append(".").append(settings.rival().map(rival -> " Rival: " + Xml.escaped(rival) + ".").orElse(""))
                .append(left.isEmpty() ? "" : " Not measured yet: " + String.join(", ", left.stream().map(RowName::text).toList()) + ".").append("</p>\n");
        scores(html);
        categories(html);
        recall(html);
        health(html);
        tokens(html);
        answers(html);
        return html.append("</body></html>\n").toString();
    }

    private void scores(StringBuilder html) {
        html.append("<h2>Answers</h2>\n").append(new BarChart("Token F1, questions that have an answer", "mean with 95 % interval", names(), List.of(
                new BarChart.Series("token F1", rows.stream().map(ScoredRow::tokenF1).toList(), rows.stream()
                        .map(row -> row.interval(AnswerScores.METRICS.get(0), EvaluationSettings.SEED)).toList()))).svg());
        html.append("<div class=\"wide\"><table><tr><th>row</th><th>n</th>");
        AnswerScores.METRICS.forEach(metric -> html.append("<th>").append(metric.name()).append("</th>"));
        html.append("<th>judge</th><th>abstains wrongly</th><th>abstains rightly</th></tr>\n");
        for (ScoredRow row : rows) {
            JsonNode overall = row.json(EvaluationSettings.SEED).get("overall");
            html.append("<tr><td>").append(row.name()).append("</td><td>").append(overall.get("n").asInt()).append("</td>");
            AnswerScores.METRICS.forEach(metric -> cell(html, overall.get(metric.name()).asDouble()));
            cell(html, overall.get("judge").isNull() ? Double.NaN : overall.get("judge").asDouble());
            cell(html, overall.get("abstained").asDouble());
            cell(html, row.abstentionWhereDue());
            html.append("</tr>\n");
        }
        html.append("</table></div><p class=\"small\">compositeL is the mean of rouge1, meteor (equal words and stems, no WordNet) and similarity"
                + " (MiniLM); the paper's L also holds BERTScore. locomoF1 scores multi-hop golds part by part, as LoCoMo does."
                + " \"Abstains rightly\": share of the adversarial questions (category 5) answered with \"not mentioned\" or not at all.</p>\n");
        rows.forEach(row -> row.scored().judgeFailure().ifPresent(failure -> html.append("<p class=\"small\">").append(row.name()).append(" was not judged: ")
                .append(Xml.escaped(failure)).append("</p>\n")));
    }

    private void categories(StringBuilder html) {
        List<String> labels = List.of("multi-hop", "temporal", "open-domain", "single-hop");
        List<BarChart.Series> series = rows.stream().map(row -> {
            JsonNode byCategory = row.json(EvaluationSettings.SEED).get("byCategory");
            List<Double> values = new ArrayList<>();
            for (int category = 1; category <= labels.size(); category++) {
                JsonNode value = byCategory.path(String.valueOf(category)).path("tokenF1");
                values.add(value.isNumber() ? value.asDouble() : Double.NaN);
            }
            return new BarChart.Series(row.name(), values);
        }).toList();
        html.append("<h2>By category</h2>\n");
        int perChart = 4;
        for (int from = 0; from < series.size(); from += perChart) {
            html.append(new BarChart("Token F1 by category", "mean", labels, series.subList(from, Math.min(series.size(), from + perChart))).svg());
        }
    }

    private void recall(StringBuilder html) {
        List<ScoredRow> reading = rows.stream().filter(row -> row.recallAt(10).isPresent()).toList();
        if (reading.isEmpty()) {
            return;
        }
        html.append("<h2>Evidence among the memories read</h2>\n").append(new BarChart("Evidence recall", "share of the turns that hold the answer",
                reading.stream().map(ScoredRow::name).toList(), ScoredRow.RECALL_AT.stream().map(k -> new BarChart.Series("at " + k,
                        reading.stream().map(row -> row.recallAt(k)).map(value -> value.orElse(Double.NaN)).toList())).toList()).svg());
    }

    private void health(StringBuilder html) {
        List<ScoredRow> pipelines = rows.stream().filter(row -> row.cleanness().isPresent()).toList();
        if (pipelines.isEmpty()) {
            return;
        }
        html.append("<h2>Memory health</h2>\n<div class=\"wide\"><table><tr><th>figure</th>");
        pipelines.forEach(row -> html.append("<th>").append(row.name()).append("</th>"));
        html.append("</tr>\n");
        Set<String> figures = new LinkedHashSet<>();
        pipelines.forEach(row -> row.healthJson().fieldNames().forEachRemaining(figures::add));
        figures.forEach(figure -> {
            html.append("<tr><td>").append(figure).append("</td>");
            pipelines.forEach(row -> {
                JsonNode value = row.healthJson().path(figure);
                html.append("<td>").append(value.isIntegralNumber() ? value.asText() : value.isNumber() ? number(value.asDouble()) : "-").append("</td>");
            });
            html.append("</tr>\n");
        });
        html.append("</table></div><p class=\"small\">duplicatesLeft: memories that say what an earlier one says. junkRate: facts stored from turns in"
                + " which the data note nothing. wordingsStored: memories after five facts in three wordings each (5 is right). outdatedClosed:"
                + " outdated memories closed by a contradiction. wrongDeletes: memories closed by a fact that doesn't contradict them.</p>\n");
    }

    private void tokens(StringBuilder html) {
        html.append("<h2>Tokens per request</h2>\n<div class=\"wide\"><table><tr><th>row</th><th>extraction read</th><th>written</th><th>update read</th>"
                + "<th>written</th><th>generation read</th><th>written</th><th>turns/s</th></tr>\n");
        for (ScoredRow row : rows) {
            html.append("<tr><td>").append(row.name()).append("</td>");
            for (String stage : List.of("extraction", "update", "generation")) {
                cell(html, row.tokens(true).path(stage).asDouble(Double.NaN));
                cell(html, row.tokens(false).path(stage).asDouble(Double.NaN));
            }
            cell(html, row.outcome().turnsPerSecond().orElse(Double.NaN));
            html.append("</tr>\n");
        }
        html.append("</table></div><p class=\"small\">turns/s without the time of answering; none where a row found stages that it shares with"
                + " another already computed.</p>\n");
    }

    private void answers(StringBuilder html) {
        ScoredRow first = rows.get(0);
        html.append("<h2>Answers of ").append(first.name()).append("</h2>\n<div class=\"wide\"><table><tr><th class=\"text\">question</th>"
                + "<th class=\"text\">gold</th><th class=\"text\">answer</th><th>category</th><th>F1</th><th>recall@10</th></tr>\n");
        for (ScoredAnswer scored : first.answers().stream().limit(MOST_EXAMPLES).toList()) {
            html.append("<tr><td class=\"text\">").append(Xml.escaped(scored.answer().question().text())).append("</td><td class=\"text\">")
                    .append(Xml.escaped(scored.answer().question().gold().orElse("(nothing is known)"))).append("</td><td class=\"text\">")
                    .append(Xml.escaped(scored.answer().text().isEmpty() ? "(none)" : scored.answer().text())).append("</td><td>")
                    .append(scored.category() == 0 ? "-" : scored.category()).append("</td>");
            cell(html, scored.scores().map(AnswerScores::tokenF1).orElse(Double.NaN));
            OptionalDouble recall = scored.evidenceRecall(10);
            cell(html, recall.orElse(Double.NaN));
            html.append("</tr>\n");
        }
        html.append("</table></div><p class=\"small\">The first ").append(MOST_EXAMPLES).append("; all are in answers.jsonl.</p>\n");
    }

    private List<String> names() {
        return rows.stream().map(ScoredRow::name).toList();
    }

    private static void cell(StringBuilder html, double value) {
        html.append("<td>").append(Double.isFinite(value) ? number(value) : "-").append("</td>");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 10 ? "%.1f" : "%.3f", value);
    }
}
