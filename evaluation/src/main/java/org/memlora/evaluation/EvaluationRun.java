package org.memlora.evaluation;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.memlora.evaluation.health.HealthSuite;
import org.memlora.evaluation.health.MemoryCleanness;
import org.memlora.evaluation.judge.ChatJudge;
import org.memlora.evaluation.questions.EvaluationData;
import org.memlora.evaluation.report.AnswerScoring;
import org.memlora.evaluation.report.EvaluationReport;
import org.memlora.evaluation.report.ScoredRow;
import org.memlora.evaluation.rows.DirectRow;
import org.memlora.evaluation.rows.ModelViews;
import org.memlora.evaluation.rows.PipelineRow;
import org.memlora.evaluation.rows.RowName;
import org.memlora.evaluation.rows.RowOutcome;
import org.memlora.evaluation.rows.RowProgress;
import org.memlora.models.LanguageModel;
import org.memlora.models.LanguageModels;
import org.memlora.models.embedding.CachedTextEmbedder;
import org.memlora.models.embedding.MiniLmEmbedder;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.topology.demo.Dialogue;
import org.memlora.topology.demo.WorkProgress;

/** Runs the rows one after the other, scores them and writes the report after each: a run that is ended early leaves what it measured. */
public final class EvaluationRun {

    private static final int CACHED_EMBEDDINGS = 50_000;
    private static final Dialogue NO_SUITE = new Dialogue(List.of(), false);

    private final EvaluationSettings settings;
    private final PrintStream out;

    public EvaluationRun(EvaluationSettings settings, PrintStream out) {
        this.settings = settings;
        this.out = out;
    }

    /**
     * @return whether all that was asked for is measured
     * @throws IOException also if a judge is set and can't be used at the beginning; one that fails later leaves rows without its word
     */
    public boolean run() throws IOException, InterruptedException {
        EvaluationData data = EvaluationData.read(settings.data(), settings.mostTurns(), settings.mostQuestions());
        out.println("Evaluating " + settings.model().base() + " on " + data.conversations().size() + " conversations, " + data.turns() + " turns, "
                + data.questions().size() + " questions; seed " + EvaluationSettings.SEED);
        Optional<ChatJudge> judge = settings.judge().map(ChatJudge::new);
        requireJudgeAndRival(judge);
        List<ScoredRow> rows = new ArrayList<>();
        EvaluationReport report = null;
        try (WorkProgress progress = new WorkProgress(System.err);
                TextEmbedder embedder = new CachedTextEmbedder(new MiniLmEmbedder(), CACHED_EMBEDDINGS)) {
            AnswerScoring scoring = new AnswerScoring(embedder, judge,
                    (row, what, done, total) -> progress.step(row.text() + ", " + what, done, total, ""));
            Set<RowName> left;
            try (LanguageModel model = LanguageModels.load(settings.model(), progress.downloads())) {
                progress.close();
                left = new TreeSet<>(settings.chosen(model.info().experts()));
                Rows runner = new Rows(data, model, embedder, scoring, progress);
                for (RowName name : inOrder(left)) {
                    if (name != RowName.RIVAL) {
                        rows.add(runner.run(name));
                        left.remove(name);
                        report = written(data, rows, left);
                    }
                }
            }
            if (left.remove(RowName.RIVAL)) {
                LanguageModels.Request model = settings.model();
                try (LanguageModel rival = LanguageModels.load(new LanguageModels.Request(settings.rival().orElseThrow(), Optional.empty(),
                        model.compute(), model.rows(), model.contextTokens()), progress.downloads())) {
                    progress.close();
                    rows.add(new Rows(data, rival, embedder, scoring, progress).run(RowName.RIVAL));
                    report = written(data, rows, left);
                }
            }
        }
        report.print(out);
        return rows.stream().allMatch(row -> row.scored().judgeFailure().isEmpty());
    }

    /** They come last in a run of hours. */
    private void requireJudgeAndRival(Optional<ChatJudge> judge) throws IOException, InterruptedException {
        if (judge.isPresent()) {
            judge.get().check();
        }
        if (settings.rival().isPresent()) {
            try (WorkProgress progress = new WorkProgress(System.err)) {
                LanguageModels.fetch(settings.rival().get(), progress.downloads());
            }
        }
    }

    private EvaluationReport written(EvaluationData data, List<ScoredRow> rows, Set<RowName> left) throws IOException {
        EvaluationReport report = new EvaluationReport(settings, data, rows, inOrder(left));
        report.write();
        return report;
    }

    /** The rows that most look at come first; rows after them find shared stages remembered, and then have no speed. */
    private static List<RowName> inOrder(Set<RowName> chosen) {
        return chosen.stream().sorted(Comparator.comparing((RowName row) -> !row.isPipeline())
                .thenComparing(row -> row == RowName.EXPERTS ? 0 : row == RowName.BASE ? 1 : 2).thenComparing(row -> row)).toList();
    }

    /** The rows of one model. */
    private final class Rows {
        private final EvaluationData data;
        private final ModelViews.Remembering model;
        private final TextEmbedder embedder;
        private final AnswerScoring scoring;
        private final WorkProgress progress;
        private final HealthSuite suite = HealthSuite.load();
        private DirectRow direct;

        Rows(EvaluationData data, LanguageModel model, TextEmbedder embedder, AnswerScoring scoring, WorkProgress progress) {
            this.data = data;
            this.model = new ModelViews.Remembering(model);
            this.embedder = embedder;
            this.scoring = scoring;
            this.progress = progress;
        }

        ScoredRow run(RowName name) throws IOException, InterruptedException {
            RowProgress steps = (row, what, done, total) -> progress.step(row.text() + ", " + what, done, total, "");
            RowOutcome outcome;
            model.nextRow();
            boolean withSuite = name == RowName.EXPERTS || name == RowName.BASE;
            if (name.isPipeline()) {
                outcome = new PipelineRow(data, withSuite ? suite.dialogue() : NO_SUITE, embedder, steps).run(name, model);
            } else {
                direct = direct == null ? new DirectRow(data, embedder, steps) : direct;
                outcome = direct.run(name, model);
            }
            outcome = model.tookFromAnotherRow() ? outcome.withoutSpeed() : outcome;
            ScoredRow row = new ScoredRow(outcome, scoring.score(outcome),
                    name.isPipeline() ? Optional.of(MemoryCleanness.of(data, outcome.operations(), embedder)) : Optional.empty(),
                    withSuite ? Optional.of(suite.score(outcome.healthOperations())) : Optional.empty());
            progress.close();
            out.println(String.format(Locale.ROOT, "%-26s token F1 %.3f", name.text(), row.tokenF1()));
            row.scored().judgeFailure().ifPresent(failure -> out.println(name.text() + " was not judged: " + failure));
            return row;
        }
    }
}
