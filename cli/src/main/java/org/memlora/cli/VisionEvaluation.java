package org.memlora.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
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
    /** So they are called until the questions are answered: what a run that failed left can be told from someone's own. */
    private static final String UNFINISHED = SCENES + ".part";

    void run(PrintStream out) throws IOException {
        if (data.size() > 1 || scenes < 1) {
            throw new UserError("--vision takes one folder as --data, and at least one of --scenes.");
        }
        List<VisionQuestion> questions = questions();
        String what = data.isEmpty() ? scenes + " scenes of the test split, seed " + EvaluationSettings.SEED : data.get(0).toString();
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
            if (data.isEmpty()) {
                Files.move(report.resolve(UNFINISHED), report.resolve(SCENES));
            }
            VisionReport written = new VisionReport(request.base(), commit, what, rows, runner.captions());
            written.write(report);
            written.print(out);
            out.println("Written to " + report + ": summary.json, answers.jsonl, captions.jsonl, report.html");
        }
    }

    /** Scenes of someone's own may lie there. */
    private void requireFormerReport(Path folder) throws IOException {
        Path summary = report.resolve("summary.json");
        if (!Files.isRegularFile(summary) || !Files.readString(summary).contains("\"vision\"")) {
            throw new UserError("The folder " + folder + " is there already, and no report of evaluate --vision beside it: give another --report, or the"
                    + " folder as --data.");
        }
    }

    private List<VisionQuestion> questions() {
        try {
            if (!data.isEmpty()) {
                return VisionQuestion.read(data.get(0));
            }
            Path former = report.resolve(SCENES);
            if (Files.isDirectory(former)) {
                requireFormerReport(former);
                FolderTree.delete(former);
            }
            Path folder = report.resolve(UNFINISHED);
            if (Files.isDirectory(folder)) {
                FolderTree.delete(folder);
            }
            SceneFolder.write(folder, SceneSplit.TEST, EvaluationSettings.SEED, scenes, done -> { });
            return VisionQuestion.read(folder);
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove the former scenes in " + report, e);
        }
    }
}
