package org.memlora.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.memlora.evaluation.bench.BenchRun;
import org.memlora.evaluation.bench.BenchSettings;
import org.memlora.evaluation.scale.ScaleMeasurement;
import org.memlora.evaluation.scale.ScaleReport;
import org.memlora.evaluation.scale.ScaleRow;
import org.memlora.evaluation.scale.ScaleSettings;
import org.memlora.models.LanguageModels;
import org.memlora.models.LanguageModels.Compute;
import org.memlora.topology.demo.DialogueReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "bench", mixinStandardHelpOptions = true, description = {"Measures the pipeline, one request at a time, long prompts as"
        + " general memory systems send them, and the engines; writes bench.json and bench.svg.",
    "llama.cpp is measured as its Java binding brings it; MEMLORA_JAVA_OPTS=-Dde.kherud.llama.lib.path=FOLDER takes another build of libjllama.so."})
final class BenchCommand implements Callable<Integer> {

    @Option(names = "--report", paramLabel = "DIR", required = true, description = "Folder for bench.json and bench.svg.")
    private Path report;

    @Option(names = "--base", paramLabel = "NAME", description = "Base model. Default: ${DEFAULT-VALUE}.", defaultValue = LanguageModels.DEFAULT_BASE)
    private String base;

    @Option(names = "--experts", paramLabel = "DIR|none", description = "Trained experts; none = random ones. Default: those of the project, if there are any.")
    private String experts;

    @Option(names = "--device", description = "Of the rows: auto, cpu or gpu. The engines are measured on the CPU. Default: ${DEFAULT-VALUE}.", defaultValue = "auto")
    private Compute device;

    @Option(names = "--data", paramLabel = "FILE", arity = "1..*", description = "Conversations: JSON lines or LoCoMo. Default: our own, with changed names in many banks.")
    private List<Path> data = List.of();

    @Option(names = "--batches", paramLabel = "N,…", split = ",", description = "Batch sizes of the engines. Default: ${DEFAULT-VALUE}.", defaultValue = "1,4,8,16,32")
    private List<Integer> batches;

    @Option(names = "--rows", paramLabel = "NAME,…", split = ",", description = "Of ours, one-at-a-time, long-prompts, engines, experts (the default) and parity (with LoCoMo files as --data).")
    private List<String> rows = BenchSettings.DEFAULT_ROWS;

    @Option(names = "--parallel", paramLabel = "N", description = "Requests of \"ours\" in the model at once. Default: ${DEFAULT-VALUE}.", defaultValue = "16")
    private int parallel;

    @Option(names = "--context-tokens", paramLabel = "N", description = "Longest prompt plus completion. Default: ${DEFAULT-VALUE}.", defaultValue = "1024")
    private int contextTokens;

    @Option(names = "--scale", description = "Instead: how the pipeline itself scales, with a scripted model: workers, conversations, sizes and numbers of"
            + " banks. Adds key scale to bench.json and writes scale.svg.")
    private boolean scale;

    @Option(names = "--quick", description = "Short measurements: a look, no figures to quote.")
    private boolean quick;

    @Override
    public Integer call() throws Exception {
        if (parallel < 1 || contextTokens < 64) {
            throw new UserError("--parallel must be at least 1 and --context-tokens at least 64.");
        }
        if (scale) {
            return scale();
        }
        data.forEach(DialogueReader::read);
        try {
            return new BenchRun(new BenchSettings(base, ModelOptions.expertsFolder(experts, base), device, data, batches, Set.copyOf(rows), quick,
                    parallel, contextTokens, report), System.out).run() ? 0 : 1;
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    private int scale() throws Exception {
        System.out.println(ScaleReport.NOTE);
        List<ScaleRow> found = new ScaleMeasurement(quick ? ScaleSettings.quick() : ScaleSettings.full(),
                row -> System.out.println(ScaleReport.line(row))).run();
        ScaleReport.write(report, found);
        System.out.println("Written to " + report + ": bench.json, scale.svg.");
        return 0;
    }
}
