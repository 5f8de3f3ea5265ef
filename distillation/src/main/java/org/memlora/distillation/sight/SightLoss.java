package org.memlora.distillation.sight;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.memlora.distillation.scenes.LabelledScene;
import org.memlora.models.transformer.Scalar;
import org.memlora.models.vision.embedded.ObjectSight;
import org.memlora.models.vision.embedded.SightConfig.Kind;

/** Cross entropies of where objects are and what they are, each a mean; natural logarithms. */
final class SightLoss {
    private SightLoss() { }

    /** @param middles cells of each scene's objects @param cells the ones that the tokens are taken from */
    static NDArray sum(ObjectSight sight, NDArray grid, List<LabelledScene> scenes, int[][] middles, int[][] cells) {
        ObjectSight.Seen seen = sight.see(grid, cells);
        return places(seen.heat(), sight.config().cells(), middles, grid.getManager()).add(attributes(sight, seen, scenes));
    }

    /** What the tokens are, told by each alone and after it has seen the others. */
    static NDArray attributes(ObjectSight sight, ObjectSight.Seen seen, List<LabelledScene> scenes) {
        return attributes(sight, seen.attributes(), scenes).add(attributes(sight, seen.early(), scenes));
    }

    private static NDArray attributes(ObjectSight sight, NDArray seen, List<LabelledScene> scenes) {
        NDArray loss = seen.getManager().zeros(new Shape());
        for (int i = 0; i < sight.config().picture().size(); i++) {
            int attribute = i;
            loss = add(loss, sight, seen, Kind.PICTURE, i, scenes, (scene, object) -> object < 0 ? scene.values()[attribute] : LabelledScene.NO_VALUE);
        }
        for (int i = 0; i < sight.config().object().size(); i++) {
            int attribute = i;
            loss = add(loss, sight, seen, Kind.OBJECT, i, scenes,
                    (scene, object) -> object < 0 ? LabelledScene.NO_VALUE : scene.objects().get(object).values()[attribute]);
        }
        for (int i = 0; i < sight.config().part().size(); i++) {
            int attribute = i;
            loss = add(loss, sight, seen, Kind.PART, i, scenes,
                    (scene, object) -> object < 0 ? LabelledScene.NO_VALUE : scene.objects().get(object).part()[attribute]);
        }
        return loss;
    }

    /** @see LabelledScene#NO_VALUE */
    private interface Label {
        /** @param object -1 = the whole picture */
        int of(LabelledScene scene, int object);
    }

    private static NDArray add(NDArray loss, ObjectSight sight, NDArray seen, Kind kind, int attribute, List<LabelledScene> scenes, Label label) {
        List<Long> rows = new ArrayList<>();
        List<Long> labels = new ArrayList<>();
        long token = 0;
        for (LabelledScene scene : scenes) {
            for (int object = -1; object < scene.objects().size(); object++, token++) {
                int value = label.of(scene, object);
                if (value != LabelledScene.NO_VALUE) {
                    rows.add(token);
                    labels.add((long) value);
                }
            }
        }
        if (rows.isEmpty()) {
            return loss;
        }
        NDArray logits = sight.attribute(seen, kind, attribute, array(rows));
        return loss.add(Scalar.times(chosen(logits, labels), 1.0 / rows.size()));
    }

    /** Of all cells, per object. */
    private static NDArray places(NDArray heat, int side, int[][] middles, NDManager scratch) {
        long[] labels = new long[(int) heat.getShape().get(0)];
        int objects = 1;
        for (int picture = 0; picture < middles.length; picture++) {
            objects += middles[picture].length;
            for (int cell : middles[picture]) {
                labels[picture * side * side + cell] = 1;
            }
        }
        NDArray chosen = heat.logSoftmax(1).get(new NDIndex().addAllDim().addPickDim(scratch.create(labels).expandDims(1)));
        return Scalar.times(chosen.sum().neg(), 1.0 / objects);
    }

    private static NDArray chosen(NDArray logits, List<Long> labels) {
        return logits.logSoftmax(1).get(new NDIndex().addAllDim().addPickDim(logits.getManager().create(array(labels)).expandDims(1))).sum().neg();
    }

    private static long[] array(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }
}
