package org.memlora.evaluation.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.memlora.models.OpenedBase;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.operators.Stage;
import org.memlora.topology.demo.WorkProgress;

/** Measures all parts one after the other, each in a process of its own, and writes the report after each: a run that is ended early leaves what it measured. */
public final class BenchRun {

    static final String LLAMA_CPP = "llama.cpp";
    private static final double ROW_SECONDS = 60;
    private static final double QUICK_ROW_SECONDS = 10;
    private static final long ENGINE_MILLIS = 2_000;

    private final BenchSettings settings;
    private final PrintStream out;
    private final Function<Path, PartRunner> runner;

    public BenchRun(BenchSettings settings, PrintStream out) {
        this(settings, out, ChildProcesses::new);
    }

    /** @param runner of a folder for its files */
    BenchRun(BenchSettings settings, PrintStream out, Function<Path, PartRunner> runner) {
        this.settings = settings;
        this.out = out;
        this.runner = runner;
    }

    /** True when everything asked for was measured. */
    public boolean run() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("memlora-bench");
        try (WorkProgress progress = new WorkProgress(System.err)) {
            out.println("Benchmark of " + settings.base() + ", seed " + BenchSettings.SEED + (settings.quick() ? ", quick: no figures to quote" : ""));
            boolean trained = settings.experts().map(BenchRun::isComplete).orElse(false);
            Path experts = trained ? settings.experts().orElseThrow() : folder.resolve("experts");
            if (!trained) {
                out.println("No trained experts for all three stages: random ones of the same shape are measured.");
                RandomExperts.write(experts, OpenedBase.open(settings.base(), DownloadProgress.none()).config(), BenchSettings.SEED);
            }
            PartRunner processes = runner.apply(folder);
            BenchReport report = new BenchReport(settings, trained);
            List<BenchPart> parts = parts(experts, trained);
            for (int i = 0; i < parts.size(); i++) {
                BenchPart part = parts.get(i);
                String task = (i + 1) + "/" + parts.size() + " " + part.title();
                JsonNode result = processes.run(part, (what, done, total) -> progress.step(task + ", " + what.replaceAll("^\\d+ ", ""), done, total, ""));
                progress.close();
                report.add(part, result);
                report.write(settings.reportFolder(), parts.subList(i + 1, parts.size()));
                out.println(report.line(part, result));
            }
            report.print(out);
            out.println("Written to " + settings.reportFolder() + ": bench.json, bench.svg");
            return report.isComplete();
        } finally {
            delete(folder);
        }
    }

    private static boolean isComplete(Path experts) {
        return RandomExperts.STAGES.stream().map(Stage::expertName).allMatch(name -> Files.isDirectory(experts.resolve(name)));
    }

    private List<BenchPart> parts(Path experts, boolean trained) {
        List<BenchPart> parts = new ArrayList<>();
        double seconds = settings.quick() ? QUICK_ROW_SECONDS : ROW_SECONDS;
        for (String row : List.of(BenchSettings.OURS, BenchSettings.ONE_AT_A_TIME, BenchSettings.LONG_PROMPTS)) {
            if (settings.rows().contains(row)) {
                parts.add(part(BenchPart.Kind.PIPELINE, row, experts, trained, seconds));
            }
        }
        if (settings.rows().contains(BenchSettings.ENGINES)) {
            for (String engine : List.of(TransformerExecutors.OURS, LLAMA_CPP, TransformerExecutors.EAGER)) {
                parts.add(part(BenchPart.Kind.ENGINE, engine, experts, trained, seconds));
            }
        }
        if (settings.rows().contains(BenchSettings.EXPERTS)) {
            parts.add(part(BenchPart.Kind.EXPERT_COSTS, BenchSettings.EXPERTS, experts, trained, settings.quick() ? 0 : seconds));
        }
        if (settings.rows().contains(BenchSettings.PARITY)) {
            parts.add(part(BenchPart.Kind.PARITY, BenchSettings.PARITY, experts, trained, seconds));
        }
        return parts;
    }

    private BenchPart part(BenchPart.Kind kind, String name, Path experts, boolean trained, double seconds) {
        return new BenchPart(kind, name, settings.base(), settings.compute().name(), experts.toString(), trained,
                settings.data().stream().map(Path::toString).toList(), settings.batches(), settings.parallel(), settings.contextTokens(),
                seconds, settings.quick() ? 0 : ENGINE_MILLIS);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }
}
