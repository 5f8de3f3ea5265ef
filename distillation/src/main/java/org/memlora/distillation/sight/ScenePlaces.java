package org.memlora.distillation.sight;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;
import org.memlora.distillation.scenes.LabelledScene;
import org.memlora.distillation.scenes.LabelledScene.Labelled;
import org.memlora.models.vision.embedded.SightConfig;

/** Cells of the eyes' grid where objects of scenes are. */
record ScenePlaces(SightConfig config) {
    /** Pixels by which an object's token is taken beside its middle in training: later it is taken where the middle is found. */
    private static final double SHIFT = 5;

    /** Of each scene's objects. */
    int[][] middles(List<LabelledScene> scenes) {
        return cells(scenes, object -> cell(object.x(), object.y()));
    }

    /** Of each scene's objects, a bit beside their middles. */
    int[][] beside(List<LabelledScene> scenes, SplittableRandom random) {
        return cells(scenes, object -> cell(object.x() + (2 * random.nextDouble() - 1) * SHIFT, object.y() + (2 * random.nextDouble() - 1) * SHIFT));
    }

    private static int[][] cells(List<LabelledScene> scenes, ToIntFunction<Labelled> cell) {
        return scenes.stream().map(scene -> scene.objects().stream().mapToInt(cell).toArray()).toArray(int[][]::new);
    }

    private int cell(double x, double y) {
        double width = (double) config.side() / config.cells();
        return bounded((int) (y / width)) * config.cells() + bounded((int) (x / width));
    }

    private int bounded(int place) {
        return Math.max(0, Math.min(config.cells() - 1, place));
    }
}
