package org.memlora.distillation.sight;

import ai.djl.Device;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.memlora.distillation.DistillationConfig.Expert;
import org.memlora.distillation.WholeFile;
import org.memlora.distillation.scenes.LabelledScene;
import org.memlora.distillation.scenes.SceneAttributes;
import org.memlora.distillation.scenes.SceneQuestion;
import org.memlora.distillation.scenes.SceneSplit;
import org.memlora.distillation.training.ExampleRows;
import org.memlora.distillation.training.ExpertCard;
import org.memlora.distillation.training.FreshAdapter;
import org.memlora.distillation.training.LoraTrainer;
import org.memlora.distillation.training.TrainingProgressBar;
import org.memlora.models.NativeCalls;
import org.memlora.models.OpenedBase;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.transformer.DecoderWeights;
import org.memlora.models.transformer.TrainableTransformer;
import org.memlora.models.transformer.TrainableTransformer.Row;
import org.memlora.models.tokenizer.Tokenizer;
import org.memlora.models.vision.embedded.EmbeddedEyes;
import org.memlora.models.vision.embedded.EyesFolder;
import org.memlora.models.vision.embedded.Familiarity;
import org.memlora.models.vision.embedded.ObjectFeatures;
import org.memlora.models.vision.embedded.ObjectSight;
import org.memlora.models.vision.embedded.PhotoText;
import org.memlora.models.vision.embedded.SightConfig;
import org.memlora.models.vision.embedded.WordProjector;
import org.memlora.operators.Stage;
import org.memlora.operators.vision.VisionPrompt;

/**
 * Teaches the eyes, then trains projector and expert on what the eyes see of other scenes: seen once and kept, because they no longer change.
 * A run that was interrupted goes on where it was. Threading: one thread.
 */
public final class VisionTraining {
    /** What the eyes were taught, and how well they see: the run, then {@link SightScore}. */
    private static final String TOLD = "sight.txt";
    private static final int PICTURES_AT_ONCE = 16;
    /** One example of a photo to so many pictures. */
    private static final int PHOTO_EVERY = 8;
    private static final List<String> PHOTO_QUESTIONS = List.of("What is in the picture?", "What does the picture show?", "What can be seen here?",
            "Which thing or animal is this?");

    private final VisionDistillation config;
    private final OpenedBase base;
    private final Device device;
    private final PrintStream out;
    private final Path folder;

    public VisionTraining(VisionDistillation config, OpenedBase base, Device device, PrintStream out) {
        this.config = config;
        this.base = base;
        this.device = device;
        this.out = out;
        this.folder = config.output().resolve(Stage.VISION.expertName());
    }

    /** @param command as it was given, for the card */
    public LoraTrainer.Outcome train(String command) {
        try {
            Files.createDirectories(folder);
            teach();
            return trainExpert(command);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + folder, e);
        }
    }

    private SightConfig sightConfig() {
        SightSettings sight = config.sight();
        return new SightConfig(SceneAttributes.SIDE, sight.trunkBlocks(), sight.width(), sight.mixingLayers(), sight.heads(), sight.projectorWidth(),
                SceneAttributes.MOST_OBJECTS, SceneAttributes.ofPictures(), SceneAttributes.ofObjects(), SceneAttributes.ofParts(), SceneAttributes.tallies());
    }

    /** Unless the folder has the eyes of this very configuration. */
    private void teach() throws IOException {
        Path told = folder.resolve(TOLD);
        String run = config.sight() + ", seed of scenes " + config.scenes().seed();
        if (Files.exists(told) && Files.readAllLines(told).get(0).equals(run)) {
            out.println("eyes: taught before");
            return;
        }
        try (ObjectSight sight = ObjectSight.load(sightConfig(), EyesFolder.encoder(config.encoder()), null, config.sight().seed(), device)) {
            SightTraining training = new SightTraining(sight, config.sight(), config.scenes().seed(), folder, out);
            if (training.stepsDone() > 0) {
                out.println("eyes: resumed after step " + training.stepsDone());
            }
            training.train(Integer.MAX_VALUE);
            SightScore score = training.mix();
            EyesFolder.write(folder, sight, null, null);
            WholeFile.write(told, run + "\n" + score);
        }
    }

    private LoraTrainer.Outcome trainExpert(String command) throws IOException {
        Expert expert = config.expert();
        SightConfig seen = sightConfig();
        DecoderWeights.Matrix words = new DecoderWeights(base.weights(), base.config()).embedding();
        // the eyes as they were written, in float16: what serves later
        try (ObjectSight sight = ObjectSight.load(seen, EyesFolder.encoder(config.encoder()), SafetensorsFile.open(folder.resolve(EyesFolder.FILE)), 0, device);
                WordProjector projector = WordProjector.fresh(seen, words, base.tokenizer(), expert.training().seed(), device)) {
            List<float[]> taught = new ArrayList<>();
            List<float[]> heldOut = new ArrayList<>();
            Map<String, Long> kinds = new TreeMap<>();
            long start = System.nanoTime();
            List<Row> training = rows(sight, projector, SceneSplit.TRAIN,
                    config.sight().pictures() + config.sight().mixingPictures(), config.scenes().train(), config.scenes().furtherCounting(), taught, kinds);
            List<Row> validation = rows(sight, projector, SceneSplit.VALIDATION, 0, config.scenes().validation(), 0, heldOut, new TreeMap<>());
            photos(training, base.tokenizer(), kinds);
            out.printf(Locale.ROOT, "vision: %d and %d examples, prompts of %.1f tokens, completions of %.1f; %s; pictures seen in %.0f s%n", training.size(),
                    validation.size(), ExampleRows.meanPromptTokens(training), training.stream().mapToInt(Row::completionTokens).average().orElse(0), kinds,
                    (System.nanoTime() - start) / 1e9);
            try (TrainableTransformer model = TrainableTransformer.load(base.config(), base.weights(),
                    FreshAdapter.make(Stage.VISION.expertName(), expert.lora().config(config.base()), base.config(), expert.training().seed()),
                    config.contextTokens(), device, expert.training().precision(), projector);
                    TrainingProgressBar progress = new TrainingProgressBar(out, config.base() + " vision")) {
                LoraTrainer trainer = new LoraTrainer(model, training, validation, expert.training(), folder, progress);
                LoraTrainer.Outcome outcome = trainer.train();
                projector.set(outcome.bestInput());
                EyesFolder.write(folder, sight, projector, Familiarity.fit(taught, heldOut));
                ExpertCard.write(folder, new ExpertCard(config.base(), Stage.VISION.expertName(), command, expert.training(), Optional.empty(), 1, Optional.empty(), outcome, kinds, training, validation));
                out.printf(Locale.ROOT, "vision: validation loss %.4f, untrained %.4f; best after step %d of %d; %.0f tokens/s%n", outcome.bestLoss(),
                        outcome.baseLoss(), outcome.bestStep(), outcome.steps(), outcome.tokens() / outcome.seconds());
                return outcome;
            }
        }
    }

    /** Pictures that are no scenes: the line that stands for them is to be trusted, and nothing else said. */
    private void photos(List<Row> training, Tokenizer tokenizer, Map<String, Long> kinds) {
        ExampleRows rows = new ExampleRows(tokenizer, config.contextTokens());
        List<String> names = EmbeddedEyes.photoNames(config.encoder());
        SplittableRandom random = new SplittableRandom(config.expert().training().seed());
        for (int i = 0; i < config.scenes().train() / PHOTO_EVERY; i++) {
            Optional<String> name = random.nextInt(4) == 0 ? Optional.empty() : Optional.of(names.get(random.nextInt(names.size())));
            int[] picture = tokenizer.encode(PhotoText.prompt(name));
            if (i % 2 == 0) {
                training.add(rows.row(tokenizer.encodeChat(VisionPrompt.description(true), picture), PhotoText.description(name)));
            } else {
                String question = PHOTO_QUESTIONS.get(random.nextInt(PHOTO_QUESTIONS.size()));
                training.add(rows.row(tokenizer.encodeChat(VisionPrompt.question(question, true), picture), name.orElse("unclear")));
            }
            kinds.merge("photo", 1L, Long::sum);
        }
    }

    private List<Row> rows(ObjectSight sight, WordProjector projector, SceneSplit split, int from, int count, int furtherCounting, List<float[]> styles,
            Map<String, Long> kinds) {
        ExampleRows rows = new ExampleRows(base.tokenizer(), config.contextTokens());
        List<Row> made = new ArrayList<>();
        for (int first = from; first < from + count; first += PICTURES_AT_ONCE) {
            List<LabelledScene> scenes = SceneAttributes.scenes(split, config.scenes().seed(), first,
                    Math.min(first + PICTURES_AT_ONCE, from + count), furtherCounting);
            List<ObjectFeatures> features = NativeCalls.call(() -> sight.look(scenes.stream().map(LabelledScene::picture).toList(), styles));
            for (int i = 0; i < scenes.size(); i++) {
                int id = base.config().vocabularySize() + projector.keep(features.get(i));
                int[] picture = IntStream.range(id, id + features.get(i).rows().length).toArray();
                for (SceneQuestion question : scenes.get(i).questions()) {
                    made.add(rows.row(base.tokenizer().encodeChat(VisionPrompt.question(question.question(), true), picture), question.answer()));
                    kinds.merge(question.kind().label(), 1L, Long::sum);
                }
                if ((first + i) % config.scenes().describeEvery() == 0) {
                    made.add(rows.row(base.tokenizer().encodeChat(VisionPrompt.description(true), picture), scenes.get(i).description()));
                    kinds.merge("description", 1L, Long::sum);
                }
            }
        }
        int all = made.size();
        made.removeIf(row -> row.tokens().length > config.contextTokens());
        if (made.size() < all) {
            out.println("vision: " + (all - made.size()) + " of " + all + " examples are longer than " + config.contextTokens() + " tokens and left out");
        }
        return made;
    }
}
