package org.memlora.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.memlora.distillation.scenes.SceneFolder;
import org.memlora.distillation.scenes.SceneSplit;
import org.memlora.evaluation.EvaluationSettings;
import org.memlora.evaluation.vision.VisionQuestion;
import org.memlora.evaluation.vision.VisionReport;
import org.memlora.evaluation.vision.VisionRow;
import org.memlora.evaluation.vision.VisionRows;
import org.memlora.models.LanguageModel;
import org.memlora.models.LanguageModels;
import org.memlora.models.VisionLanguageModel;
import org.memlora.models.bases.FolderTree;
import org.memlora.topology.demo.WorkProgress;

/** {@code evaluate --vision}: over one's own pictures, or over scenes of the test split, which it renders into the report's folder. */
record VisionEvaluation(LanguageModels.Request request, List<Path> data, int scenes, Path report, String commit) {
    private static final String SCENES = "scenes";

    void run(PrintStream out) throws IOException {
        if (data.size() > 1 || scenes < 1) {
            throw new UserError("--vision takes one folder as --data, and at least one of --scenes.");
        }
        if (!data.isEmpty()) {
            run(data.get(0), data.get(0).toString(), out);
            return;
        }
        Path kept = report.resolve(SCENES);
        requireReplaceable(kept);
        Files.createDirectories(report);
        Path made = Files.createTempDirectory(report, SCENES + "-");
        try {
            SceneFolder.write(made.resolve(SCENES), SceneSplit.TEST, EvaluationSettings.SEED, scenes, done -> { });
            run(made.resolve(SCENES), scenes + " scenes of the test split, seed " + EvaluationSettings.SEED, out);
            FolderTree.delete(kept);
            Files.move(made.resolve(SCENES), kept);
        } finally {
            FolderTree.delete(made);
        }
    }

    private void run(Path folder, String what, PrintStream out) throws IOException {
        List<VisionQuestion> questions = questions(folder);
        out.println("Evaluating " + request.base() + " on " + questions.size() + " questions about pictures: " + what);
        try (WorkProgress progress = new WorkProgress(System.err); LanguageModel model = LanguageModels.load(request, progress.downloads())) {
            progress.close();
            if (!(model instanceof VisionLanguageModel seeing)) {
                throw new UserError("The base " + request.base() + " sees nothing: its experts in " + request.experts().map(Path::toString).orElse("(none)")
                        + " bring no eyes (vision/sight.json); name a vision-language model with --base, or train the expert with ./memlora distill.");
            }
            VisionRows runner = new VisionRows(seeing, questions, (row, done, total) -> progress.step(row, done, total, ""));
            List<VisionRow> rows = runner.run();
            progress.close();
            VisionReport written = new VisionReport(request.base(), commit, what, rows, runner.captions());
            written.write(report);
            written.print(out);
            out.println("Written to " + report + ": summary.json, answers.jsonl, captions.jsonl, report.html");
        }
    }

    /** Scenes of someone's own may lie there. */
    private void requireReplaceable(Path folder) throws IOException {
        Path summary = report.resolve("summary.json");
        boolean isFormerReports = Files.isDirectory(folder) && Files.isRegularFile(summary) && Files.readString(summary).contains("\"vision\"");
        if (Files.exists(folder) && !isFormerReports) {
            throw new UserError(folder + " is there already, and no report of evaluate --vision beside it: give another --report, or the"
                    + " folder as --data.");
        }
    }

    private static List<VisionQuestion> questions(Path folder) {
        try {
            return VisionQuestion.read(folder);
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
    }
}
