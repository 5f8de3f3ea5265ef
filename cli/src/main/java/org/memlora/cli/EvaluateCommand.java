package org.memlora.cli;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.memlora.evaluation.EvaluationRun;
import org.memlora.evaluation.EvaluationSettings;
import org.memlora.evaluation.judge.ChatJudge;
import org.memlora.evaluation.rows.RowName;
import org.memlora.models.LanguageModels;
import org.memlora.models.LanguageModels.Compute;
import org.memlora.models.bases.BaseCatalog;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "evaluate", mixinStandardHelpOptions = true, description = {"Streams whole conversations through the pipeline, asks their questions,"
        + " and scores the answers beside those of simpler ways; writes summary.json, answers.jsonl, operations.jsonl and report.html.",
    "A judge: --judge-url and --judge-model name any OpenAI-compatible endpoint, MEMLORA_JUDGE_KEY its key."})
final class EvaluateCommand implements Callable<Integer> {

    @Option(names = "--data", paramLabel = "FILE", arity = "1..*", description = "LoCoMo files, or JSON lines with \"gold\". With --vision a folder with"
            + " questions.jsonl: {\"image\", \"question\", \"answer\", \"kind\" (optional)} a line; default: rendered scenes.")
    private List<Path> data = List.of();

    @Option(names = "--vision", description = "Questions about pictures: the vision expert beside the bare base, answers from descriptions, the most"
            + " frequent answer, and blank pictures.")
    private boolean vision;

    @Option(names = "--scenes", paramLabel = "N", description = "Pictures to render for --vision without --data. Default: ${DEFAULT-VALUE}.", defaultValue = "200")
    private int scenes;

    @Option(names = "--report", paramLabel = "DIR", required = true, description = "Folder for the report.")
    private Path report;

    @Option(names = "--base", paramLabel = "NAME", description = "Base model. Default: " + LanguageModels.DEFAULT_BASE + ", with --vision "
            + BaseCatalog.SMOLLM2_135M + ", whose expert brings eyes.")
    private String base;

    @Option(names = "--experts", paramLabel = "DIR|none", description = "Folder with one subfolder per expert. Default: models/experts/<base>/, when it is there.")
    private String experts;

    @Option(names = "--rival", paramLabel = "NAME", description = "A bigger base to compare with, untuned.")
    private String rival;

    @Option(names = "--rows", paramLabel = "NAME,…", split = ",", description = "Of experts, base, rival, no-memory, last-turns, raw-retrieval,"
            + " raw-retrieval-expert, gold-evidence, experts-extraction, experts-extraction-update. Default: all that are possible.")
    private List<String> rows;

    @Option(names = "--limit-turns", paramLabel = "N", description = "The first N turns of each conversation, and the questions about them only.")
    private Integer turns;

    @Option(names = "--limit-questions", paramLabel = "N", description = "N questions of each conversation, evenly from all.")
    private Integer questions;

    @Option(names = "--judge-url", paramLabel = "URL", description = "Address of the judge without /chat/completions. Default: none, then \"judge\" is null.")
    private URI judgeUrl;

    @Option(names = "--judge-model", paramLabel = "NAME", description = "Name of the judge's model.")
    private String judgeModel;

    @Option(names = "--device", description = "auto, cpu or gpu. Default: ${DEFAULT-VALUE}.", defaultValue = "auto")
    private Compute device;

    @Option(names = "--parallel", paramLabel = "N", description = "Requests in the model at once. Default: ${DEFAULT-VALUE}.", defaultValue = "16")
    private int parallel;

    @Option(names = "--context-tokens", paramLabel = "N", description = "Longest prompt plus completion. Default: ${DEFAULT-VALUE}.", defaultValue = "1536")
    private int contextTokens;

    @Override
    public Integer call() throws Exception {
        if (turns != null && turns < 1 || questions != null && questions < 1 || parallel < 1 || contextTokens < 64) {
            throw new UserError("--limit-turns, --limit-questions and --parallel must be at least 1, --context-tokens at least 64.");
        }
        if ((judgeUrl == null) != (judgeModel == null)) {
            throw new UserError("A judge needs both --judge-url and --judge-model.");
        }
        if (vision && (rows != null || rival != null || turns != null || questions != null || judgeUrl != null)) {
            throw new UserError("--rows, --rival, --limit-turns, --limit-questions and --judge-url don't go with --vision: leave them out.");
        }
        if (vision) {
            String seeing = base == null ? BaseCatalog.SMOLLM2_135M : base;
            new VisionEvaluation(new LanguageModels.Request(seeing, ModelOptions.expertsFolder(experts, seeing), device, parallel, contextTokens), data,
                    scenes, report, ProjectCommit.described()).run(System.out);
            return 0;
        }
        if (data.isEmpty()) {
            throw new UserError("--data is missing: name LoCoMo files, or JSON lines with \"gold\".");
        }
        base = base == null ? LanguageModels.DEFAULT_BASE : base;
        EvaluationSettings settings;
        try {
            settings = new EvaluationSettings(
                    new LanguageModels.Request(base, ModelOptions.expertsFolder(experts, base), device, parallel, contextTokens),
                    Optional.ofNullable(rival), data, Optional.ofNullable(rows).map(EvaluateCommand::rowNames),
                    turns == null ? Integer.MAX_VALUE : turns, questions == null ? Integer.MAX_VALUE : questions, judge(), report, ProjectCommit.described());
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
        data.stream().filter(file -> !Files.isRegularFile(file)).findFirst().ifPresent(file -> {
            throw new UserError("There is no file " + file + ".");
        });
        return new EvaluationRun(settings, System.out).run() ? 0 : 1;
    }

    private static Set<RowName> rowNames(List<String> texts) {
        return texts.stream().map(RowName::of).collect(Collectors.toUnmodifiableSet());
    }

    private Optional<ChatJudge.Settings> judge() {
        return Optional.ofNullable(judgeUrl).map(url -> new ChatJudge.Settings(URI.create(url.toString().replaceAll("/+$", "")), judgeModel,
                Optional.ofNullable(System.getenv("MEMLORA_JUDGE_KEY")).filter(key -> !key.isBlank())));
    }
}
