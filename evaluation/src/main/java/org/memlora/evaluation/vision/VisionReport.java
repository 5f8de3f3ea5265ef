package org.memlora.evaluation.vision;

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
import java.util.Map;
import java.util.stream.IntStream;
import org.memlora.evaluation.JsonFile;
import org.memlora.evaluation.plots.BarChart;
import org.memlora.evaluation.plots.Xml;

/** summary.json, answers.jsonl (of the first row; answers-ROW.jsonl of the others), captions.jsonl and report.html. */
public final class VisionReport {
    private static final int MOST_EXAMPLES = 60;

    private final String model;
    private final String commit;
    private final String data;
    private final List<VisionRow> rows;
    private final Map<String, String> captions;

    /** @param data what the questions are, in a few words @param rows at least one @param captions by picture */
    public VisionReport(String model, String commit, String data, List<VisionRow> rows, Map<String, String> captions) {
        this.model = model;
        this.commit = commit;
        this.data = data;
        this.rows = List.copyOf(rows);
        this.captions = captions;
    }

    public void write(Path folder) throws IOException {
        ObjectNode summary = JsonNodeFactory.instance.objectNode().put("model", model).put("commit", commit).put("data", data)
                .put("questions", rows.get(0).questions().size());
        ArrayNode list = summary.putObject("vision").putArray("rows");
        rows.forEach(row -> list.add(row.json()));
        JsonFile.write(folder.resolve("summary.json"), summary);
        for (VisionRow row : rows) {
            JsonFile.writeLines(folder.resolve(row == rows.get(0) ? "answers.jsonl" : "answers-" + row.name() + ".jsonl"),
                    IntStream.range(0, row.answers().size()).mapToObj(i -> answer(row, i)).toList());
        }
        JsonFile.writeLines(folder.resolve("captions.jsonl"), captions.entrySet().stream()
                .map(one -> JsonNodeFactory.instance.objectNode().put("image", one.getKey()).put("description", one.getValue())).toList());
        Files.writeString(folder.resolve("report.html"), html());
    }

    private static ObjectNode answer(VisionRow row, int index) {
        VisionQuestion question = row.questions().get(index);
        return JsonNodeFactory.instance.objectNode().put("image", question.image()).put("kind", question.kind()).put("question", question.question())
                .put("gold", question.answer()).put("answer", row.answers().get(index)).put("right", row.isRight(index)).put("named", row.isNamed(index));
    }

    public void print(PrintStream out) {
        List<String> kinds = rows.get(0).kinds();
        out.printf(Locale.ROOT, "%-10s %5s %9s %9s", "row", "n", "accuracy", "named");
        kinds.forEach(kind -> out.printf(Locale.ROOT, " %10s", kind));
        out.println();
        for (VisionRow row : rows) {
            out.printf(Locale.ROOT, "%-10s %5d %9.3f %9.3f", row.name(), row.answers().size(), row.accuracy(), row.named());
            kinds.forEach(kind -> out.printf(Locale.ROOT, " %10.3f", row.accuracy(kind)));
            out.println();
        }
    }

    private String html() {
        List<String> kinds = rows.get(0).kinds();
        StringBuilder html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Questions about pictures</title>"
                + "<style>body{font-family:sans-serif;margin:2em;max-width:60em}table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.3em .6em;"
                + "text-align:left}</style></head><body>\n<h1>Questions about pictures</h1>\n<p>");
        html.append(Xml.escaped(model + ", " + data + ", commit " + commit)).append("</p>\n<table><tr><th>row</th><th>n</th><th>accuracy</th><th>named</th>");
        kinds.forEach(kind -> html.append("<th>").append(Xml.escaped(kind)).append("</th>"));
        html.append("</tr>\n");
        for (VisionRow row : rows) {
            html.append("<tr><td>").append(row.name()).append("</td><td>").append(row.answers().size()).append("</td>");
            List<Double> values = new ArrayList<>(List.of(row.accuracy(), row.named()));
            kinds.forEach(kind -> values.add(row.accuracy(kind)));
            values.forEach(value -> html.append(String.format(Locale.ROOT, "<td>%.3f</td>", value)));
            html.append("</tr>\n");
        }
        html.append("</table>\n<p>Exact match, lower case, without punctuation and articles; named: the right word stands among the answer's. caption: described by the first row's model, answered by the bare"
                + " base from that text. majority: the most frequent answer of each kind among these questions. blank: an empty picture.</p>\n");
        html.append(new BarChart("Accuracy by kind", "share of the questions", kinds, rows.stream()
                .map(row -> new BarChart.Series(row.name(), kinds.stream().map(row::accuracy).toList())).toList()).svg());
        html.append("<h2>Answers of ").append(rows.get(0).name()).append("</h2>\n<table><tr><th>picture</th><th>question</th><th>right answer</th>"
                + "<th>answer</th></tr>\n");
        VisionRow first = rows.get(0);
        for (int i = 0; i < Math.min(MOST_EXAMPLES, first.answers().size()); i++) {
            VisionQuestion question = first.questions().get(i);
            html.append("<tr>");
            for (String text : List.of(question.image(), question.question(), question.answer(), first.answers().get(i))) {
                html.append("<td>").append(Xml.escaped(text)).append("</td>");
            }
            html.append("</tr>\n");
        }
        return html.append("</table>\n</body></html>\n").toString();
    }
}
