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
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.memlora.distillation.examples.TrainingExample;
import org.memlora.distillation.training.ExampleRows;
import org.memlora.distillation.training.ExpertCard;
import org.memlora.distillation.training.LoraTrainer;
import org.memlora.distillation.training.TrainingProgressBar;
import org.memlora.models.OpenedBase;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.transformer.TrainableTransformer;
import org.memlora.models.transformer.TrainableTransformer.Row;

/** The data of one stage as a base's tokens; trains experts of any settings on them. Threading: one thread. */
public final class StageTraining {
    private final DistillationConfig config;
    private final OpenedBase base;
    private final Device device;
    private final PrintStream out;
    private final String stage;
    private final List<TrainingExample> examples;
    private final List<Row> training;
    private final List<Row> validation;
    private final ExpertCard.Conversations conversations;

    /** @param examples to train on @param held to validate with */
    public StageTraining(DistillationConfig config, OpenedBase base, Device device, PrintStream out, String stage, List<TrainingExample> examples,
            List<TrainingExample> held) {
        this.config = config;
        this.base = base;
        this.device = device;
        this.out = out;
        this.stage = stage;
        this.examples = List.copyOf(examples);
        ExampleRows tokens = new ExampleRows(base.tokenizer(), config.contextTokens());
        training = tokens.rows(examples);
        validation = tokens.rows(held);
        describe("train", examples, training);
        describe("validation", held, validation);
        DistillationConfig.Data data = config.data();
        List<String> unknown = Stream.of("train", "validation").filter(set -> SetOrigin.read(DistillationRun.setFile(data.folder(), set, stage)).isEmpty()).toList();
        conversations = new ExpertCard.Conversations(data.train(), data.validation(), Optional.ofNullable(data.teacher()), unknown);
    }

    /** Optimizer steps of the whole training. */
    public int steps(DistillationConfig.Expert expert) {
        return expert.training().steps(training.size());
    }

    /** Differs where the base's name, the settings or the data differ. Safe as a file name. */
    public String identity(DistillationConfig.Expert expert) {
        String trained = LoraTrainer.identity(Beginning.of(config, stage, expert, base.config()), training, validation, expert.training());
        return expert.trainedShare() == 1 ? trained : trained + "-share-" + expert.trainedShare();
    }

    /**
     * Trains to the end, or to {@code lastStep} if that comes earlier; goes on from the folder's checkpoint.
     *
     * @param folder made if missing
     */
    public LoraTrainer.Outcome train(DistillationConfig.Expert expert, Path folder, int lastStep) {
        out.println("seed " + expert.training().seed() + ", " + steps(expert) + " steps at most");
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the folder " + folder, e);
        }
        LoraAdapter beginning = Beginning.of(config, stage, expert, base.config());
        try (TrainableTransformer model = TrainableTransformer.load(base.config(), base.weights(), beginning, config.contextTokens(), device, expert.training().precision());
                TrainingProgressBar progress = new TrainingProgressBar(out, config.base() + " " + stage)) {
            long frozen = model.frozenChecksum();
            LoraTrainer trainer = new LoraTrainer(model, training, validation, expert.training(), folder, progress);
            if (trainer.stepsDone() > 0) {
                out.println("resumed after step " + trainer.stepsDone());
            }
            LoraTrainer.Outcome outcome = trainer.train(lastStep);
            if (model.frozenChecksum() != frozen) {
                throw new IllegalStateException("The base's weights changed during training: the expert is worth nothing, report this.");
            }
            return expert.trainedShare() == 1 ? outcome : outcome.withBest(outcome.best().averaged(beginning, expert.trainedShare()));
        }
    }

    /** Writes the expert in PEFT's format, its card and its loss curve. */
    public void write(Path folder, String command, DistillationConfig.Expert expert, LoraTrainer.Outcome outcome) {
        try {
            ExpertCard.write(folder, new ExpertCard(config.base(), stage, command, expert.training(),
                    Optional.ofNullable(expert.from()), expert.trainedShare(), Optional.of(conversations), outcome, kinds(examples), training, validation));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + folder, e);
        }
    }

    private void describe(String set, List<TrainingExample> all, List<Row> rows) {
        out.printf(Locale.ROOT, "%s %s: %d examples (%d too long for %d tokens), prompts of %.1f tokens on average, completions of %.1f; %s%n", set, stage,
                rows.size(), all.size() - rows.size(), config.contextTokens(), ExampleRows.meanPromptTokens(rows),
                rows.stream().mapToInt(Row::completionTokens).average().orElse(0), kinds(all));
    }

    private static Map<String, Long> kinds(List<TrainingExample> examples) {
        return examples.stream().collect(Collectors.groupingBy(TrainingExample::kind, TreeMap::new, Collectors.counting()));
    }
}
