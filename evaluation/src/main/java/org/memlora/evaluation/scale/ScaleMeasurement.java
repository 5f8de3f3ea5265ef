package org.memlora.evaluation.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.memlora.evaluation.scale.ScaleRow.Percentiles;

/**
 * All measurements of how the pipeline scales. The model is scripted, so that the pipeline itself is measured: stores,
 * transactions, retrieval, serdes. Broker, registry, sender and workers share the machine's processors.
 */
public final class ScaleMeasurement {

    private static final Duration FAST = Duration.ZERO;
    private static final Duration WAITING = Duration.ofMillis(100);
    private static final int MOST_CONVERSATIONS = 64;
    private static final int ASKED = 100;

    private final ScaleSettings settings;
    private final Consumer<ScaleRow> progress;

    /** @param progress is told each row */
    public ScaleMeasurement(ScaleSettings settings, Consumer<ScaleRow> progress) {
        this.settings = settings;
        this.progress = progress;
    }

    /** Takes minutes. */
    public List<ScaleRow> run() throws IOException, InterruptedException {
        List<ScaleRow> rows = new ArrayList<>();
        // The first pipeline of a process is half as fast as the same one later, so one goes before all rows.
        plain("warm-up", settings.workers().get(0), MOST_CONVERSATIONS, FAST, settings.turns());
        for (int workers : settings.workers()) {
            add(rows, plain("workers", workers, MOST_CONVERSATIONS, FAST, settings.turns()));
        }
        for (int workers : settings.workers()) {
            add(rows, plain("workers-waiting-model", workers, MOST_CONVERSATIONS, WAITING, settings.turns() / 2));
        }
        for (int conversations : settings.conversations()) {
            add(rows, plain("conversations", 1, conversations, FAST, settings.turns()));
        }
        for (int size : settings.bankSizes()) {
            add(rows, bankSize(size));
        }
        add(rows, manyBanks(settings.banks()));
        return rows;
    }

    private void add(List<ScaleRow> rows, ScaleRow row) {
        rows.add(row);
        progress.accept(row);
    }

    private static ScaleRow plain(String series, int workers, int conversations, Duration model, int turns) throws IOException, InterruptedException {
        try (ScalePipeline pipeline = new ScalePipeline(workers, model)) {
            List<String> banks = ScalePipeline.banks(conversations);
            pipeline.turns(banks, turns / 5 + conversations); // the virtual machine warms up
            long changelog = pipeline.changelogBytes();
            double seconds = pipeline.turns(banks, turns);
            return row(series, workers, conversations, 0, model, turns, seconds, null, pipeline,
                    (pipeline.changelogBytes() - changelog) / (double) turns);
        }
    }

    /** One bank is filled first; then turns go to it, and questions one by one. */
    private ScaleRow bankSize(int size) throws IOException, InterruptedException {
        try (ScalePipeline pipeline = new ScalePipeline(1, FAST)) {
            List<String> bank = ScalePipeline.banks(1);
            pipeline.turns(bank, size);
            int turns = settings.turns() / 5;
            double seconds = pipeline.turns(bank, turns);
            return row("bank-size", 1, 1, size, FAST, turns, seconds, pipeline.answerMillis(bank, ASKED), pipeline, null);
        }
    }

    private static ScaleRow manyBanks(int banks) throws IOException, InterruptedException {
        try (ScalePipeline pipeline = new ScalePipeline(1, FAST)) {
            List<String> all = ScalePipeline.banks(banks);
            double seconds = pipeline.turns(all, 2 * banks);
            return row("banks", 1, banks, 0, FAST, 2 * banks, seconds, pipeline.answerMillis(all, ASKED), pipeline, null);
        }
    }

    private static ScaleRow row(String series, int workers, int conversations, int size, Duration model, int turns, double seconds,
            Percentiles answers, ScalePipeline pipeline, Double changelog) throws IOException {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return new ScaleRow(series, workers, conversations, size, model.toMillis(), turns, turns / seconds, 1_000 * seconds / turns,
                pipeline.retrievalMillis(), answers, runtime.totalMemory() - runtime.freeMemory(), residentBytes(), pipeline.indexBytes(),
                pipeline.storeBytes(), changelog);
    }

    /** Of this process, native memory included; null where the system doesn't tell. */
    private static Long residentBytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return null;
        }
        try (var lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS:")).map(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst().orElse(null);
        }
    }
}
