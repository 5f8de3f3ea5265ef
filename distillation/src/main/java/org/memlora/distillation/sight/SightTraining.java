package org.memlora.distillation.sight;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.memlora.distillation.scenes.LabelledScene;
import org.memlora.distillation.scenes.SceneAttributes;
import org.memlora.distillation.scenes.SceneSplit;
import org.memlora.models.NativeCalls;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.safetensors.SafetensorsType;
import org.memlora.models.safetensors.SafetensorsWriter;
import org.memlora.models.vision.embedded.ObjectSight;

/**
 * Teaches an {@link ObjectSight} where objects are and what they are. Each picture is rendered when it is needed and seen once; a run that was
 * interrupted goes on from its checkpoint. Threading: one thread.
 */
public final class SightTraining {
    private static final String CHECKPOINT = "sight-checkpoint.safetensors";
    private final ObjectSight sight;
    private final SightSettings settings;
    private final long sceneSeed;
    private final Path checkpoint;
    private final String identity;
    private final PrintStream out;
    private final ScenePlaces places;
    private final SightOptimizer optimizer;
    private int step;
    private double seconds;

    /** @param folder for the checkpoint; one of the same run there is resumed */
    public SightTraining(ObjectSight sight, SightSettings settings, long sceneSeed, Path folder, PrintStream out) {
        this.sight = sight;
        this.settings = settings;
        this.sceneSeed = sceneSeed;
        this.checkpoint = folder.resolve(CHECKPOINT);
        this.identity = settings + " " + sceneSeed + " " + sight.config();
        this.out = out;
        this.places = new ScenePlaces(sight.config());
        this.optimizer = new SightOptimizer(sight, settings, List.copyOf(sight.parameters().values()));
        if (Files.exists(checkpoint)) {
            resume();
        }
    }

    public int stepsDone() {
        return step;
    }

    /** Time in steps, validations left out. */
    public double seconds() {
        return seconds;
    }

    /** To the end; the last validation's measures. */
    public SightScore train(int lastStep) {
        long saved = System.nanoTime();
        double loss = 0;
        int steps = Math.min(settings.steps(), lastStep);
        SightScore score = null;
        while (step < steps) {
            long start = System.nanoTime();
            loss = NativeCalls.call(this::step);
            seconds += (System.nanoTime() - start) / 1e9;
            if (step % settings.validateEverySteps() == 0 || step == steps) {
                score = validate();
                out.printf(Locale.ROOT, "eyes: step %d of %d, loss %.3f, %.1f pictures/s; %s%n", step, settings.steps(), loss,
                        step * (double) settings.batchPictures() / seconds, score);
            }
            if (System.nanoTime() - saved > settings.checkpointSeconds() * 1_000_000_000L || step == steps) {
                write();
                saved = System.nanoTime();
            }
        }
        return score == null ? validate() : score;
    }

    /** After the last step: {@link MixingTraining}. */
    public SightScore mix() {
        long start = System.nanoTime();
        new MixingTraining(sight, settings, sceneSeed, settings.pictures()).train();
        SightScore score = validate();
        out.printf(Locale.ROOT, "eyes: %d epochs over %d kept pictures in %.0f s; %s%n", settings.mixingEpochs(), settings.mixingPictures(),
                (System.nanoTime() - start) / 1e9, score);
        return score;
    }

    private double step() {
        int from = step * settings.batchPictures();
        List<LabelledScene> scenes = SceneAttributes.scenes(SceneSplit.TRAIN, sceneSeed, from, Math.min(from + settings.batchPictures(), settings.pictures()));
        double loss = backward(scenes, new SplittableRandom(settings.seed() * 1_000_003 + step));
        if (!Double.isFinite(loss)) {
            throw new IllegalStateException("The eyes' loss is " + loss + " at step " + step + ": lower the learning rate (it is "
                    + settings.learningRate() + ") and start again in an empty folder.");
        }
        optimizer.step(step, settings.steps());
        step++;
        return loss;
    }

    private double backward(List<LabelledScene> scenes, SplittableRandom random) {
        int[][] middles = places.middles(scenes);
        int[][] cells = places.beside(scenes, random);
        try (NDManager scratch = sight.manager().newSubManager()) {
            NDArray trunk = sight.trunk(scenes.stream().map(LabelledScene::picture).toList(), scratch);
            try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
                NDArray loss = SightLoss.sum(sight, sight.grid(trunk), scenes, middles, cells);
                collector.backward(loss);
                return loss.getFloat();
            }
        }
    }

    private SightScore validate() {
        SightScore score = new SightScore(sight.config());
        for (int from = 0; from < settings.validationPictures(); from += settings.batchPictures()) {
            List<LabelledScene> scenes = SceneAttributes.scenes(SceneSplit.VALIDATION, sceneSeed, from,
                    Math.min(from + settings.batchPictures(), settings.validationPictures()));
            var found = NativeCalls.call(() -> sight.look(scenes.stream().map(LabelledScene::picture).toList()));
            for (int i = 0; i < scenes.size(); i++) {
                score.add(scenes.get(i), found.get(i));
            }
        }
        return score;
    }

    private void write() {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("run", identity).metadata("step", Integer.toString(step))
                .metadata("seconds", Double.toString(seconds));
        optimizer.state((name, values) -> writer.add(name, SafetensorsType.F32, new long[] {values.length}, values));
        try {
            writer.write(checkpoint);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the checkpoint " + checkpoint, e);
        }
    }

    private void resume() {
        SafetensorsFile saved = SafetensorsFile.open(checkpoint);
        if (!identity.equals(saved.metadata().get("run"))) {
            throw new IllegalArgumentException("The checkpoint " + checkpoint + " belongs to a run with other settings: delete it, or give another output folder.");
        }
        step = Integer.parseInt(saved.metadata().get("step"));
        seconds = Double.parseDouble(saved.metadata().get("seconds"));
        optimizer.state((name, values) -> System.arraycopy(saved.read(name), 0, values, 0, values.length));
        optimizer.restored();
    }
}
