package org.memlora.distillation.sight;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.memlora.distillation.scenes.LabelledScene;
import org.memlora.distillation.scenes.SceneAttributes;
import org.memlora.distillation.scenes.SceneSplit;
import org.memlora.distillation.training.AdamW;
import org.memlora.distillation.training.Gradients;
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
    private final List<NDArray> parameters;
    private final List<float[]> values;
    private final List<float[]> first;
    private final List<float[]> second;
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
        parameters = List.copyOf(sight.parameters().values());
        parameters.forEach(array -> array.setRequiresGradient(true));
        values = new ArrayList<>(parameters.stream().map(NDArray::toFloatArray).toList());
        first = new ArrayList<>(values.stream().map(of -> new float[of.length]).toList());
        second = new ArrayList<>(values.stream().map(of -> new float[of.length]).toList());
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
            loss = step();
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
        List<LabelledScene> scenes = IntStream.range(from, Math.min(from + settings.batchPictures(), settings.pictures()))
                .mapToObj(index -> SceneAttributes.scene(SceneSplit.TRAIN, sceneSeed, index)).toList();
        double loss = backward(scenes, new SplittableRandom(settings.seed() * 1_000_003 + step));
        if (!Double.isFinite(loss)) {
            throw new IllegalStateException("The eyes' loss is " + loss + " at step " + step + ": lower the learning rate (it is "
                    + settings.learningRate() + ") and start again in an empty folder.");
        }
        List<float[]> gradients = gradients(sight, parameters);
        Gradients.clip(gradients, settings.clipNorm());
        double rate = SightSettings.cosine(settings.learningRate(), settings.warmupShare(), step, settings.steps());
        step++;
        for (int i = 0; i < gradients.size(); i++) {
            AdamW.step(values.get(i), gradients.get(i), first.get(i), second.get(i), step, rate, settings.weightDecay());
            sight.set(parameters.get(i), values.get(i));
        }
        return loss;
    }

    /** Copies them out and sets the arrays' own to 0. */
    static List<float[]> gradients(ObjectSight sight, List<NDArray> parameters) {
        List<float[]> gradients = new ArrayList<>();
        try (NDManager scratch = sight.manager().newSubManager()) {
            for (NDArray parameter : parameters) {
                NDArray gradient = parameter.getGradient();
                gradient.attach(scratch);
                gradients.add(gradient.toFloatArray());
                gradient.set(new NDIndex(":"), 0);
            }
        }
        return gradients;
    }

    private double backward(List<LabelledScene> scenes, SplittableRandom random) {
        int[][] middles = scenes.stream().map(scene -> scene.objects().stream().mapToInt(object -> places.middle(object)).toArray()).toArray(int[][]::new);
        int[][] cells = scenes.stream().map(scene -> scene.objects().stream().mapToInt(object -> places.beside(object, random)).toArray())
                .toArray(int[][]::new);
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
            List<LabelledScene> scenes = IntStream.range(from, Math.min(from + settings.batchPictures(), settings.validationPictures()))
                    .mapToObj(index -> SceneAttributes.scene(SceneSplit.VALIDATION, sceneSeed, index)).toList();
            var found = sight.look(scenes.stream().map(LabelledScene::picture).toList());
            for (int i = 0; i < scenes.size(); i++) {
                score.add(scenes.get(i), found.get(i));
            }
        }
        return score;
    }

    private void write() {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("run", identity).metadata("step", Integer.toString(step))
                .metadata("seconds", Double.toString(seconds));
        for (int i = 0; i < values.size(); i++) {
            add(writer, "value." + i, values.get(i));
            add(writer, "first." + i, first.get(i));
            add(writer, "second." + i, second.get(i));
        }
        try {
            writer.write(checkpoint);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the checkpoint " + checkpoint, e);
        }
    }

    private static void add(SafetensorsWriter writer, String name, float[] values) {
        writer.add(name, SafetensorsType.F32, new long[] {values.length}, values);
    }

    private void resume() {
        SafetensorsFile saved = SafetensorsFile.open(checkpoint);
        if (!identity.equals(saved.metadata().get("run"))) {
            throw new IllegalArgumentException("The checkpoint " + checkpoint + " belongs to a run with other settings: delete it, or give another output folder.");
        }
        step = Integer.parseInt(saved.metadata().get("step"));
        seconds = Double.parseDouble(saved.metadata().get("seconds"));
        for (int i = 0; i < values.size(); i++) {
            values.set(i, saved.read("value." + i));
            first.set(i, saved.read("first." + i));
            second.set(i, saved.read("second." + i));
            sight.set(parameters.get(i), values.get(i));
        }
    }
}
