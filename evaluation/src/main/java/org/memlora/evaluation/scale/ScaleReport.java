package org.memlora.evaluation.scale;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.memlora.evaluation.JsonFile;

/** Writes the rows: key {@code scale} of bench.json, which keeps what else stands in it, and a plot, scale.svg. */
public final class ScaleReport {

    public static final String NOTE = "The model is scripted and costs nothing, or the time given: the pipeline itself is measured."
            + " Broker, registry, sender and workers share one process and its processors.";

    private static final ObjectMapper JSON = new ObjectMapper();

    private ScaleReport() { }

    public static void write(Path folder, List<ScaleRow> rows) throws IOException {
        Path bench = folder.resolve("bench.json");
        ObjectNode whole = Files.exists(bench) ? (ObjectNode) JSON.readTree(bench.toFile()) : JSON.createObjectNode();
        ObjectNode scale = whole.putObject("scale").put("note", NOTE).put("processors", Runtime.getRuntime().availableProcessors());
        scale.set("rows", JSON.valueToTree(rows));
        JsonFile.write(bench, whole);
        Files.writeString(folder.resolve("scale.svg"), new ScalePlot(rows).svg());
    }

    /** One line for a person. */
    public static String line(ScaleRow row) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-22s %d workers, %,6d conversations, banks of %,6d: %,7.0f turns/s,"
                + " %6.2f ms a turn; retrieval p50 %.2f, p95 %.2f ms; heap %d MiB, stores %d MiB",
                row.series() + (row.modelMillis() > 0 ? " " + row.modelMillis() + " ms" : ""), row.workers(), row.conversations(),
                row.bankSize(), row.turnsPerSecond(), row.turnMillis(), row.retrievalMillis().p50(), row.retrievalMillis().p95(),
                row.heapBytes() >> 20, row.storeBytes() >> 20));
        if (row.residentBytes() != null) {
            line.append(String.format(Locale.ROOT, ", resident %d MiB", row.residentBytes() >> 20));
        }
        if (row.answerMillis() != null) {
            line.append(String.format(Locale.ROOT, "; answers p50 %.0f, p95 %.0f ms", row.answerMillis().p50(), row.answerMillis().p95()));
        }
        if (row.changelogBytesPerTurn() != null) {
            line.append(String.format(Locale.ROOT, "; changelogs %.0f bytes a turn", row.changelogBytesPerTurn()));
        }
        return line.toString();
    }
}
