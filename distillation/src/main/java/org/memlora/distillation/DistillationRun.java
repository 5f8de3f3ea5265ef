package org.memlora.distillation;

import ai.djl.Device;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.memlora.distillation.examples.ExampleFile;
import org.memlora.distillation.examples.TrainingExample;
import org.memlora.distillation.training.ExampleRows;
import org.memlora.distillation.training.ExpertCard;
import org.memlora.distillation.training.FreshAdapter;
import org.memlora.distillation.training.LoraTrainer;
import org.memlora.distillation.training.TrainingProgressBar;
import org.memlora.models.OpenedBase;
import org.memlora.models.transformer.TrainableTransformer;
import org.memlora.models.transformer.TrainableTransformer.Row;

/** Trains the experts of a configuration, one after the other; a stage that was interrupted goes on where it was. */
public final class DistillationRun {
    private final DistillationConfig config;
    private final OpenedBase base;
    private final Device device;
    private final PrintStream out;

    public DistillationRun(DistillationConfig config, OpenedBase base, Device device, PrintStream out) {
        this.config = config;
        this.base = base;
        this.device = device;
        this.out = out;
    }

    /** File of a training set. */
    public static Path setFile(Path folder, String set, String stage) {
        return folder.resolve(set + "-" + stage + ".jsonl");
    }

    /**
     * @param command as it was given, for the card
     * @return what came out of the stage; the expert stands in the output folder
     */
    public LoraTrainer.Outcome train(String stage, String command) {
        DistillationConfig.Expert expert = config.experts().get(stage);
        if (expert == null) {
            throw new IllegalArgumentException("The configuration has no expert " + stage + ", it has " + config.experts().keySet() + ".");
        }
        ExampleRows tokens = new ExampleRows(base.tokenizer(), config.contextTokens());
        List<TrainingExample> examples = ExampleFile.read(setFile(config.data().folder(), "train", stage));
        List<TrainingExample> held = ExampleFile.read(setFile(config.data().folder(), "validation", stage));
        List<Row> training = tokens.rows(examples);
        List<Row> validation = tokens.rows(held);
        describe("train", stage, examples, training);
        describe("validation", stage, held, validation);
        out.println("seed " + expert.training().seed() + ", " + expert.training().steps(training.size()) + " steps at most");
        Path folder = config.output().resolve(stage);
        try (TrainableTransformer model = TrainableTransformer.load(base.config(), base.weights(),
                FreshAdapter.make(stage, expert.lora().config(config.base()), base.config(), expert.training().seed()), config.contextTokens(), device);
                TrainingProgressBar progress = new TrainingProgressBar(out, config.base() + " " + stage)) {
            Files.createDirectories(folder);
            long frozen = model.frozenChecksum();
            LoraTrainer trainer = new LoraTrainer(model, training, validation, expert.training(), folder, progress);
            if (trainer.stepsDone() > 0) {
                out.println("resumed after step " + trainer.stepsDone());
            }
            LoraTrainer.Outcome outcome = trainer.train();
            if (model.frozenChecksum() != frozen) {
                throw new IllegalStateException("The base's weights changed during training: the expert is worth nothing, report this.");
            }
            ExpertCard.write(folder, new ExpertCard(config.base(), stage, command, expert.training(), outcome, kinds(examples), training, validation));
            out.printf(Locale.ROOT, "%s: validation loss %.4f, bare base %.4f; best after step %d of %d; %.0f tokens/s%n", stage, outcome.bestLoss(),
                    outcome.baseLoss(), outcome.bestStep(), outcome.steps(), outcome.tokens() / outcome.seconds());
            return outcome;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + folder, e);
        }
    }

    private void describe(String set, String stage, List<TrainingExample> examples, List<Row> rows) {
        out.printf(Locale.ROOT, "%s %s: %d examples (%d too long for %d tokens), prompts of %.1f tokens on average, completions of %.1f; %s%n", set, stage,
                rows.size(), examples.size() - rows.size(), config.contextTokens(), ExampleRows.meanPromptTokens(rows),
                rows.stream().mapToInt(Row::completionTokens).average().orElse(0), kinds(examples));
    }

    private static Map<String, Long> kinds(List<TrainingExample> examples) {
        return examples.stream().collect(Collectors.groupingBy(TrainingExample::kind, TreeMap::new, Collectors.counting()));
    }
}
