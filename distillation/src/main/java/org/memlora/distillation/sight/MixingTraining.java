package org.memlora.distillation.sight;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.memlora.distillation.scenes.LabelledScene;
import org.memlora.distillation.scenes.SceneAttributes;
import org.memlora.distillation.scenes.SceneSplit;
import org.memlora.models.NativeCalls;
import org.memlora.models.picture.RgbPicture;
import org.memlora.models.vision.embedded.ObjectSight;
import org.memlora.models.vision.embedded.ObjectSight.Places;

/**
 * Trains attention between objects and attributes on pictures that are seen once and kept: which object is unlike the others is found out from
 * their relations, and a picture costs some 50 times less here than through the blocks. Threading: one thread.
 */
final class MixingTraining {
    private static final int PICTURES_AT_ONCE = 16;
    private static final int BATCH = 64;
    /** Of the middle of an object, another one in each of so many passes. */
    private static final int SHIFTS = 3;
    /** Share of the pictures that are not mixed; shares of a mixed one's own and its neighbour's objects. */
    private static final double AS_THEY_ARE = 0.5;
    private static final double STAYS = 0.75;
    private static final double COMES = 0.3;
    private static final int MOST_MIXED = 10;

    private final ObjectSight sight;
    private final SightSettings settings;
    private final List<List<Kept>> kept = new ArrayList<>();

    /** A picture with its objects' places shifted at random. @param scene without its pixels */
    private record Kept(LabelledScene scene, int[] cells, float[] mean, float[] objects) { }

    /** @param from index of the first picture */
    MixingTraining(ObjectSight sight, SightSettings settings, long sceneSeed, int from) {
        this.sight = sight;
        this.settings = settings;
        IntStream.range(0, SHIFTS).forEach(i -> kept.add(new ArrayList<>()));
        SplittableRandom random = new SplittableRandom(settings.seed() + 17);
        int to = from + settings.mixingPictures();
        for (int first = from; first < to; first += PICTURES_AT_ONCE) {
            List<LabelledScene> scenes = SceneAttributes.scenes(SceneSplit.TRAIN, sceneSeed, first, Math.min(first + PICTURES_AT_ONCE, to));
            NativeCalls.run(() -> keep(scenes, random));
        }
    }

    private void keep(List<LabelledScene> scenes, SplittableRandom random) {
        ScenePlaces places = new ScenePlaces(sight.config());
        int width = sight.config().width();
        try (NDManager scratch = sight.manager().newSubManager()) {
            NDArray grid = sight.grid(sight.trunk(scenes.stream().map(LabelledScene::picture).toList(), scratch));
            for (List<Kept> pass : kept) {
                int[][] cells = places.beside(scenes, random);
                Places found = sight.at(grid, cells);
                float[] means = found.means().toFloatArray();
                float[] objects = found.objects() == null ? new float[0] : found.objects().toFloatArray();
                int at = 0;
                for (int i = 0; i < cells.length; i++) {
                    LabelledScene scene = scenes.get(i);
                    LabelledScene bare = new LabelledScene(new RgbPicture(1, 1, new byte[RgbPicture.CHANNELS]), scene.values(), scene.objects(), List.of(), "");
                    pass.add(new Kept(bare, cells[i], Arrays.copyOfRange(means, i * width, (i + 1) * width),
                            Arrays.copyOfRange(objects, at * width, (at + cells[i].length) * width)));
                    at += cells[i].length;
                }
            }
        }
    }

    void train() {
        SightOptimizer optimizer = new SightOptimizer(sight, settings, sight.mixingParameters());
        int perEpoch = (kept.get(0).size() + BATCH - 1) / BATCH;
        int steps = perEpoch * settings.mixingEpochs();
        for (int step = 0; step < steps; step++) {
            if (step % perEpoch == 0) {
                int epoch = step / perEpoch;
                kept.forEach(pass -> Collections.shuffle(pass, new Random(settings.seed() + epoch)));
            }
            List<Kept> pass = kept.get(step / perEpoch % SHIFTS);
            int from = step % perEpoch * BATCH;
            List<Kept> batch = mixed(pass.subList(from, Math.min(from + BATCH, pass.size())), new SplittableRandom(settings.seed() * 1_000_003 + step));
            int at = step;
            NativeCalls.run(() -> {
                backward(batch);
                optimizer.step(at, steps);
            });
        }
    }

    /** Some pictures as they are; the others lose objects and get some of their neighbour, so that sets of objects hardly ever come twice. */
    private List<Kept> mixed(List<Kept> batch, SplittableRandom random) {
        List<Kept> mixed = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            mixed.add(random.nextDouble() < AS_THEY_ARE ? batch.get(i) : mixed(batch.get(i), batch.get((i + 1) % batch.size()), random));
        }
        return mixed;
    }

    private Kept mixed(Kept one, Kept other, SplittableRandom random) {
        int width = sight.config().width();
        List<LabelledScene.Labelled> objects = new ArrayList<>();
        List<Integer> cells = new ArrayList<>();
        List<float[]> rows = new ArrayList<>();
        for (Kept from : List.of(one, other)) {
            for (int i = 0; i < from.cells.length; i++) {
                if (random.nextDouble() < (from == one ? STAYS : COMES) && !cells.contains(from.cells[i]) && cells.size() < MOST_MIXED) {
                    objects.add(from.scene.objects().get(i));
                    cells.add(from.cells[i]);
                    rows.add(Arrays.copyOfRange(from.objects, i * width, (i + 1) * width));
                }
            }
        }
        LabelledScene scene = new LabelledScene(one.scene.picture(), one.scene.values(), SceneAttributes.together(objects), List.of(), "");
        return new Kept(scene, cells.stream().mapToInt(Integer::intValue).toArray(), one.mean, joined(rows));
    }

    private void backward(List<Kept> batch) {
        int width = sight.config().width();
        try (NDManager scratch = sight.manager().newSubManager(); GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            int objects = batch.stream().mapToInt(one -> one.cells.length).sum();
            Places places = new Places(scratch.create(joined(batch.stream().map(Kept::mean).toList()), new Shape(batch.size(), width)),
                    objects == 0 ? null : scratch.create(joined(batch.stream().map(Kept::objects).toList()), new Shape(objects, width)));
            ObjectSight.Seen seen = sight.see(places, batch.stream().map(Kept::cells).toArray(int[][]::new));
            collector.backward(SightLoss.attributes(sight, seen, batch.stream().map(Kept::scene).toList()));
        }
    }

    private static float[] joined(List<float[]> arrays) {
        float[] all = new float[arrays.stream().mapToInt(array -> array.length).sum()];
        int at = 0;
        for (float[] array : arrays) {
            System.arraycopy(array, 0, all, at, array.length);
            at += array.length;
        }
        return all;
    }
}
