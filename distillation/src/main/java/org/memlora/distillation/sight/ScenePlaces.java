package org.memlora.distillation.sight;

import java.util.SplittableRandom;
import org.memlora.distillation.scenes.LabelledScene.Labelled;
import org.memlora.models.vision.embedded.SightConfig;

/** Cells of the eyes' grid where objects of scenes are. */
record ScenePlaces(SightConfig config) {
    /** Pixels by which an object's token is taken beside its middle in training: later it is taken where the middle is found. */
    private static final double SHIFT = 5;

    int middle(Labelled object) {
        return cell(object.x(), object.y());
    }

    int beside(Labelled object, SplittableRandom random) {
        return cell(object.x() + (2 * random.nextDouble() - 1) * SHIFT, object.y() + (2 * random.nextDouble() - 1) * SHIFT);
    }

    private int cell(double x, double y) {
        double width = (double) config.side() / config.cells();
        return bounded((int) (y / width)) * config.cells() + bounded((int) (x / width));
    }

    private int bounded(int place) {
        return Math.max(0, Math.min(config.cells() - 1, place));
    }
}
