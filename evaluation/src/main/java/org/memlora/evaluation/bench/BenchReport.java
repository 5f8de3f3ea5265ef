package org.memlora.evaluation.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.memlora.evaluation.JsonFile;
import org.memlora.evaluation.plots.BarChart;
import org.memlora.evaluation.plots.Xml;

/** bench.json, bench.svg and the table on the terminal. */
final class BenchReport {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double MEGABYTE = 1 << 20;

    private final ObjectNode json = JSON.createObjectNode();
    private final ArrayNode rows = json.putArray("rows");
    private final ArrayNode engines = json.putArray("engines");
    private final ObjectNode failures = JSON.createObjectNode();
    private final ObjectNode notes = JSON.createObjectNode();

    BenchReport(BenchSettings settings, boolean trained) {
        json.put("base", settings.base()).put("seed", BenchSettings.SEED).put("quick", settings.quick())
                .put("experts", trained ? "trained" : "random").put("cores", Runtime.getRuntime().availableProcessors());
        if (settings.rows().contains(BenchSettings.LONG_PROMPTS)) {
            notes.put(BenchSettings.LONG_PROMPTS, "our own wording at Mem0's mean lengths (" + LongPrompts.EXTRACTION_TOKENS + " and "
                    + LongPrompts.UPDATE_TOKENS + " tokens); JSON outputs of at most " + LongPromptSystem.EXTRACTION_LIMIT + " and "
                    + LongPromptSystem.UPDATE_LIMIT + " tokens");
        }
    }

    void add(BenchPart part, JsonNode result) {
        if (result.has(BenchChild.ERROR)) {
            failures.set(part.title(), result.get(BenchChild.ERROR));
            return;
        }
        switch (part.kind()) {
            case PIPELINE -> rows.add(result);
            case ENGINE -> {
                result.get("engines").forEach(figure ->
                        engines.add(((ObjectNode) figure).set(BenchChild.PEAK, result.path(BenchChild.PEAK))));
                if (!result.path("note").asText("").isEmpty()) {
                    notes.set(part.name(), result.get("note"));
                }
            }
            case PARITY -> json.set(BenchSettings.PARITY, result);
            case EXPERT_COSTS -> result.fields().forEachRemaining(field -> {
                if (!field.getKey().equals(BenchChild.PEAK)) {
                    json.set(field.getKey(), field.getValue());
                }
            });
        }
    }

    boolean isComplete() {
        return failures.isEmpty();
    }

    /** One line when a part is done. */
    String line(BenchPart part, JsonNode result) {
        if (result.has(BenchChild.ERROR)) {
            return part.title() + ": not measured. " + result.get(BenchChild.ERROR).asText();
        }
        return switch (part.kind()) {
            case PIPELINE -> String.format(Locale.ROOT, "%s: %.2f turns/s, %.2f answers/s, %.0f tokens a turn", part.title(),
                    result.get("turnsPerSecond").asDouble(), result.get("answersPerSecond").asDouble(), result.get("tokensPerTurn").asDouble());
            case ENGINE -> part.title() + ", tokens/s written: " + String.join(", ", figures(result));
            case EXPERT_COSTS -> String.format(Locale.ROOT, "experts: %+.1f (+- %.1f) %% over the bare base, mixed batch %+.1f (+- %.1f) %%, switch %.0f us (+- %.0f)",
                    100 * result.get("expertOverhead").asDouble(), 100 * result.get("expertOverheadError").asDouble(),
                    100 * result.get("mixedOverhead").asDouble(), 100 * result.get("mixedOverheadError").asDouble(),
                    result.get("switchMicros").asDouble(), result.get("switchMicrosError").asDouble());
            case PARITY -> parity("", result) + (result.has("withExpert") ? "\n" + parity(" with the generation expert", result.get("withExpert")) : "");
        };
    }

    private static String parity(String of, JsonNode result) {
        return String.format(Locale.ROOT, "parity%s: token F1 %.3f eager, %.3f compiled over %d questions, %.0f %% equal answers;"
                + " %.1f %% of %d greedy tokens equal, largest difference of logits %.2f", of, result.get("tokenF1Eager").asDouble(),
                result.get("tokenF1Compiled").asDouble(), result.get("questions").asInt(), 100 * result.get("equalAnswers").asDouble(),
                100 * result.get("equalGreedyTokens").asDouble(), result.get("comparedPositions").asInt(), result.get("largestLogitDifference").asDouble());
    }

    private static List<String> figures(JsonNode result) {
        List<String> figures = new ArrayList<>();
        result.get("engines").forEach(figure -> figures.add(String.format(Locale.ROOT, "%.0f (batch %d)",
                figure.get("decodeTokensPerSecond").asDouble(), figure.get("batch").asInt())));
        return figures;
    }

    /** @param left parts that are still to be measured */
    void write(Path folder, List<BenchPart> left) throws IOException {
        List<String> missing = left.stream().map(BenchPart::title).toList();
        missing.forEach(json.putArray("partsNotMeasuredYet")::add);
        if (!failures.isEmpty()) {
            json.set("failures", failures);
        }
        Files.createDirectories(folder);
        Path file = folder.resolve("bench.json");
        if (Files.exists(file)) {
            // The report of `bench --scale` stands in the same file.
            try {
                Optional.ofNullable(JSON.readTree(file.toFile()).get("scale")).ifPresent(scale -> json.set("scale", scale));
            } catch (JsonProcessingException e) {
                notes.put("scale", "what stood in bench.json before could not be read, and is gone: " + e.getOriginalMessage());
            }
        }
        json.set("notes", notes);
        JsonFile.write(file, json);
        Files.writeString(folder.resolve("bench.svg"), svg(missing));
    }

    void print(PrintStream out) {
        if (!rows.isEmpty()) {
            out.println();
            out.println(String.format("%-14s %8s %10s %12s %12s %11s %9s %9s", "row", "turns/s", "answers/s", "turn p50 ms", "turn p95 ms",
                    "tokens/turn", "tokens/s", "peak MB"));
            rows.forEach(row -> out.println(String.format(Locale.ROOT, "%-14s %8.2f %10.2f %12.0f %12.0f %11.0f %9.0f %9.0f",
                    row.get("name").asText(), row.get("turnsPerSecond").asDouble(), row.get("answersPerSecond").asDouble(),
                    row.get("latencyMillis").get("p50").asDouble(), row.get("latencyMillis").get("p95").asDouble(),
                    row.get("tokensPerTurn").asDouble(), row.get("tokensPerSecond").asDouble(), row.path(BenchChild.PEAK).asDouble() / MEGABYTE)));
        }
        if (!engines.isEmpty()) {
            out.println();
            out.println(String.format("%-14s %6s %18s %18s %9s", "engine", "batch", "prefill tokens/s", "decode tokens/s", "peak MB"));
            engines.forEach(figure -> out.println(String.format(Locale.ROOT, "%-14s %6d %18.0f %18.0f %9.0f", figure.get("name").asText(),
                    figure.get("batch").asInt(), figure.get("prefillTokensPerSecond").asDouble(), figure.get("decodeTokensPerSecond").asDouble(),
                    figure.path(BenchChild.PEAK).asDouble() / MEGABYTE)));
        }
        out.println();
        notes.fields().forEachRemaining(note -> out.println(note.getKey() + ": " + note.getValue().asText()));
        failures.fields().forEachRemaining(failure -> out.println(failure.getKey() + " was not measured: " + failure.getValue().asText()));
    }

    /** The charts one below the other, below them what is missing. */
    private String svg(List<String> missing) {
        List<String> charts = new ArrayList<>();
        if (!rows.isEmpty()) {
            List<String> names = new ArrayList<>();
            rows.forEach(row -> names.add(row.get("name").asText()));
            charts.add(new BarChart("Memory pipeline: turns and answers per second", "per second", names, List.of(
                    new BarChart.Series("turns/s", values("turnsPerSecond")), new BarChart.Series("answers/s", values("answersPerSecond")))).svg());
            charts.add(new BarChart("Model tokens per turn, read and written", "tokens", names,
                    List.of(new BarChart.Series("tokens per turn", values("tokensPerTurn")))).svg());
        }
        if (!engines.isEmpty()) {
            charts.add(engineChart("Engines: tokens written per second", "decodeTokensPerSecond"));
            charts.add(engineChart("Engines: prompt tokens read per second", "prefillTokensPerSecond"));
        }
        StringBuilder svg = new StringBuilder(String.format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"760\" height=\"%d\">%n", 320 * charts.size() + (missing.isEmpty() ? 0 : 30)));
        for (int i = 0; i < charts.size(); i++) {
            svg.append(String.format("<g transform=\"translate(0 %d)\">%n%s</g>%n", 320 * i, charts.get(i)));
        }
        if (!missing.isEmpty()) {
            svg.append(String.format("<text x=\"10\" y=\"%d\" font-family=\"sans-serif\" font-size=\"12\">Not measured yet: %s.</text>%n", 320 * charts.size() + 20,
                    Xml.escaped(String.join(", ", missing))));
        }
        return svg.append("</svg>\n").toString();
    }

    private List<Double> values(String field) {
        List<Double> values = new ArrayList<>();
        rows.forEach(row -> values.add(row.get(field).asDouble()));
        return values;
    }

    private String engineChart(String title, String field) {
        Map<String, Map<Integer, Double>> perEngine = new LinkedHashMap<>();
        List<Integer> batches = new ArrayList<>();
        engines.forEach(figure -> {
            int batch = figure.get("batch").asInt();
            if (!batches.contains(batch)) {
                batches.add(batch);
            }
            perEngine.computeIfAbsent(figure.get("name").asText(), name -> new LinkedHashMap<>()).put(batch, figure.get(field).asDouble());
        });
        List<BarChart.Series> series = perEngine.entrySet().stream().map(engine -> new BarChart.Series(engine.getKey(),
                batches.stream().map(batch -> engine.getValue().getOrDefault(batch, Double.NaN)).toList())).toList();
        return new BarChart(title, "tokens/s", batches.stream().map(batch -> "batch " + batch).toList(), series).svg();
    }
}
