package org.memlora.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.memlora.distillation.DistillationConfig;
import org.memlora.distillation.DistillationRun;
import org.memlora.distillation.ExpertScorer;
import org.memlora.distillation.ScoreTable;
import org.memlora.distillation.examples.ExampleFile;
import org.memlora.distillation.examples.TrainingExample;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.LanguageModels;
import org.memlora.models.LanguageModels.Compute;
import org.memlora.operators.Stage;
import org.memlora.topology.demo.WorkProgress;

/** Scores of trained experts, stage by stage, on the console and in the experts' folders. */
final class ExpertScores {
    private static final int ROWS = 16;
    private static final ObjectMapper JSON = new ObjectMapper();

    private ExpertScores() { }

    static void write(DistillationConfig settings, List<String> stages, int most, Compute device) {
        try (WorkProgress progress = new WorkProgress(System.err); LanguageModel model = LanguageModels.load(request(settings, settings.output(), device), progress.downloads())) {
            ExpertScorer scorer = new ExpertScorer(model);
            for (String name : stages) {
                List<TrainingExample> all = ExampleFile.read(DistillationRun.setFile(settings.data().folder(), "validation", name));
                List<TrainingExample> examples = all.subList(0, Math.min(most, all.size()));
                Stage stage = Stage.valueOf(name.toUpperCase(Locale.ROOT));
                ScoreTable table = new ScoreTable(examples.size());
                ObjectNode scores = JSON.createObjectNode().put("examples", examples.size());
                for (String expert : model.info().experts().contains(name) ? List.of(name, GenerationRequest.BASE) : List.of(GenerationRequest.BASE)) {
                    List<ExpertScorer.Answered> answered = scorer.answer(stage, expert, examples,
                            done -> progress.step(name + " by " + expert, done, examples.size(), "examples"));
                    Map<String, ScoreTable.Score> found = table.add(expert, stage, answered);
                    progress.close();
                    System.out.println(name + ", " + expert + ", " + examples.size() + " examples: " + shown(found));
                    scores.set(expert, JSON.valueToTree(found));
                    write(settings.output().resolve(name), "answers-" + expert + ".jsonl", lines(answered));
                }
                write(settings.output().resolve(name), "scores.json", List.of(scores.toPrettyString()));
                table.writeTo(settings.output().resolve(name).resolve("README.md"));
            }
        }
    }

    /** @param experts folder with the expert in the subfolder named as its stage */
    static Map<String, Double> ofExpert(DistillationConfig settings, String stage, Path experts, List<TrainingExample> examples, Compute device) {
        try (WorkProgress progress = new WorkProgress(System.err); LanguageModel model = LanguageModels.load(request(settings, experts, device), progress.downloads())) {
            Stage of = Stage.valueOf(stage.toUpperCase(Locale.ROOT));
            return ExpertScorer.scores(of, new ExpertScorer(model).answer(of, stage, examples, done -> progress.step(stage, done, examples.size(), "examples")));
        }
    }

    private static LanguageModels.Request request(DistillationConfig settings, Path experts, Compute device) {
        return new LanguageModels.Request(settings.base(), Optional.of(experts), device, ROWS, settings.contextTokens() + 200);
    }

    private static String shown(Map<String, ScoreTable.Score> scores) {
        List<String> parts = new ArrayList<>();
        scores.forEach((name, score) -> parts.add(name + " " + score));
        return String.join(", ", parts);
    }

    private static List<String> lines(List<ExpertScorer.Answered> answered) {
        return answered.stream().map(one -> JSON.createObjectNode().put("prompt", one.example().prompt().get(one.example().prompt().size() - 1).content())
                .put("right", one.example().completion()).put("answer", one.answer()).put("confidence", one.confidence()).put("source", one.example().source()).toString()).toList();
    }

    private static void write(Path folder, String file, List<String> lines) {
        try {
            Files.createDirectories(folder);
            Files.write(folder.resolve(file), lines);
        } catch (IOException e) {
            throw new UncheckedIOException("The scores can't be written to " + folder + ": " + e.getMessage(), e);
        }
    }
}
