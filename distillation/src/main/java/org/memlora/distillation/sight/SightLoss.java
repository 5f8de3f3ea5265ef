package org.memlora.distillation.sight;

import ai.djl.ndarray.NDArray;
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
        return places(seen.heat(), sight.config().cells(), middles).add(attributes(sight, seen, scenes));
    }

    /** What the tokens are, told by each alone and after it has seen the others. */
    static NDArray attributes(ObjectSight sight, ObjectSight.Seen seen, List<LabelledScene> scenes) {
        return attributes(sight, seen.attributes(), scenes).add(attributes(sight, seen.early(), scenes));
    }

    private static NDArray attributes(ObjectSight sight, NDArray seen, List<LabelledScene> scenes) {
        NDArray loss = seen.getManager().zeros(new Shape());
        for (Kind kind : Kind.values()) {
            for (int attribute = 0; attribute < sight.config().attributes(kind).size(); attribute++) {
                loss = add(loss, sight, seen, kind, attribute, scenes);
            }
        }
        return loss;
    }

    /** Of the token of an object, or of the whole picture (-1); {@link LabelledScene#NO_VALUE} where the attribute is of other tokens. */
    private static int label(LabelledScene scene, int object, Kind kind, int attribute) {
        if (object < 0) {
            return kind == Kind.PICTURE ? scene.values()[attribute] : LabelledScene.NO_VALUE;
        }
        return switch (kind) {
            case PICTURE, COUNTED, NUMBER -> LabelledScene.NO_VALUE;
            case OBJECT -> scene.objects().get(object).values()[attribute];
            case PART -> scene.objects().get(object).part()[attribute];
        };
    }

    private static NDArray add(NDArray loss, ObjectSight sight, NDArray seen, Kind kind, int attribute, List<LabelledScene> scenes) {
        List<Long> rows = new ArrayList<>();
        List<Long> labels = new ArrayList<>();
        long token = 0;
        for (LabelledScene scene : scenes) {
            for (int object = -1; object < scene.objects().size(); object++, token++) {
                int value = label(scene, object, kind, attribute);
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
        return loss.add(Scalar.times(chosen(logits, array(labels)), 1.0 / rows.size()));
    }

    /** Of all cells, per object. */
    private static NDArray places(NDArray heat, int side, int[][] middles) {
        long[] labels = new long[(int) heat.getShape().get(0)];
        int objects = 1;
        for (int picture = 0; picture < middles.length; picture++) {
            objects += middles[picture].length;
            for (int cell : middles[picture]) {
                labels[picture * side * side + cell] = 1;
            }
        }
        return Scalar.times(chosen(heat, labels), 1.0 / objects);
    }

    private static NDArray chosen(NDArray logits, long[] labels) {
        return logits.logSoftmax(1).get(new NDIndex().addAllDim().addPickDim(logits.getManager().create(labels).expandDims(1))).sum().neg();
    }

    private static long[] array(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }
}
