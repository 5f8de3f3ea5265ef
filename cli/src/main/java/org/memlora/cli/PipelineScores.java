package org.memlora.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.memlora.distillation.DistillationConfig;
import org.memlora.distillation.SourceFile;
import org.memlora.distillation.search.OuterScore;
import org.memlora.evaluation.questions.EvaluationData;
import org.memlora.evaluation.rows.ExpertCombinations;
import org.memlora.models.LanguageModel;
import org.memlora.models.LanguageModels;
import org.memlora.models.LanguageModels.Compute;
import org.memlora.models.embedding.CachedTextEmbedder;
import org.memlora.models.embedding.MiniLmEmbedder;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.operators.Stage;
import org.memlora.topology.demo.WorkProgress;

/** The search's outer score: token F1 of the whole pipeline on the validation conversations. */
final class PipelineScores {
    private static final int ROWS = 16;
    /** As evaluate's. */
    private static final int CONTEXT_TOKENS = 1536;
    private static final int CACHED_EMBEDDINGS = 50_000;

    private final String base;
    private final Compute device;
    private final EvaluationData data;
    private final String measure;

    private PipelineScores(String base, Compute device, EvaluationData data, String measure) {
        this.base = base;
        this.device = device;
        this.data = data;
        this.measure = measure;
    }

    /** @param turns and questions: most of each conversation; null = all @param commit of the project: another pipeline's scores are not comparable */
    static PipelineScores of(DistillationConfig settings, Compute device, Integer turns, Integer questions, String commit) {
        List<Path> files = settings.data().validation();
        if (files.isEmpty()) {
            throw new UserError("The configuration names no conversations under data.validation for the pipeline: add them, or give --inner-only.");
        }
        EvaluationData data = EvaluationData.read(files, Optional.ofNullable(turns).orElse(Integer.MAX_VALUE), Optional.ofNullable(questions).orElse(Integer.MAX_VALUE));
        String names = files.stream().map(file -> SourceFile.of(file).toString()).collect(Collectors.joining(", "));
        return new PipelineScores(settings.base(), device, data, "token F1 of the pipeline with " + settings.base() + " on " + names + ", " + data.turns()
                + " turns, " + data.questions().size() + " questions, " + (onGpu(device) ? "gpu" : "cpu") + ", commit " + commit);
    }

    /** The engines of both round differently. */
    private static boolean onGpu(Compute device) {
        try {
            return LanguageModels.device(device).isGpu();
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    String measure() {
        return measure;
    }

    OuterScore open(Path experts) {
        WorkProgress progress = new WorkProgress(System.err);
        LanguageModel model = LanguageModels.load(new LanguageModels.Request(base, Optional.of(experts), device, ROWS, CONTEXT_TOKENS), progress.downloads());
        progress.close();
        TextEmbedder embedder = new CachedTextEmbedder(new MiniLmEmbedder(), CACHED_EMBEDDINGS);
        ExpertCombinations combinations = new ExpertCombinations(data, model, embedder,
                (row, what, done, total) -> progress.step("pipeline, " + what, done, total, ""));
        return new OuterScore() {
            @Override
            public Scored score(Map<String, String> names) {
                Map<Stage, String> byStage = new EnumMap<>(Stage.class);
                names.forEach((stage, name) -> byStage.put(Stage.valueOf(stage.toUpperCase(Locale.ROOT)), name));
                long start = System.nanoTime();
                try {
                    ExpertCombinations.Result result = combinations.score(byStage);
                    progress.close();
                    return new Scored(result.tokenF1(), result.requests(), result.reused(), (System.nanoTime() - start) / 1e9);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("The search was interrupted.", e);
                }
            }

            @Override
            public void close() {
                progress.close();
                embedder.close();
                model.close();
            }
        };
    }
}
