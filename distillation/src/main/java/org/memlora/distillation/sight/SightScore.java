package org.memlora.distillation.sight;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.memlora.distillation.scenes.LabelledScene;
import org.memlora.models.vision.embedded.ObjectFeatures;
import org.memlora.models.vision.embedded.ObjectFeatures.Told;
import org.memlora.models.vision.embedded.SightConfig;
import org.memlora.models.vision.embedded.SightConfig.Kind;

/** How much of scenes is found, and told rightly. */
public final class SightScore {
    private final SightConfig config;
    private final int[][] right;
    private final int[][] asked;
    private int objects;
    private int found;
    private int invented;
    private int exact;
    private int pictures;

    SightScore(SightConfig config) {
        this.config = config;
        right = Arrays.stream(Kind.values()).map(kind -> new int[config.attributes(kind).size()]).toArray(int[][]::new);
        asked = Arrays.stream(Kind.values()).map(kind -> new int[config.attributes(kind).size()]).toArray(int[][]::new);
    }

    void add(LabelledScene scene, ObjectFeatures features) {
        pictures++;
        List<Told> told = features.values();
        count(Kind.PICTURE, scene.values(), told.get(0).values());
        boolean[] taken = new boolean[told.size()];
        int here = 0;
        for (LabelledScene.Labelled object : scene.objects()) {
            objects++;
            int best = nearest(object, told, taken);
            if (best >= 0) {
                taken[best] = true;
                found++;
                here++;
                count(Kind.OBJECT, object.values(), told.get(best).values());
                boolean hasPart = best + 1 < told.size() && told.get(best + 1).kind() == Kind.PART;
                count(Kind.PART, object.part(), hasPart ? told.get(best + 1).values() : new int[] {0, -2});
            }
        }
        int all = (int) told.stream().filter(one -> one.kind() == Kind.OBJECT).count();
        invented += all - here;
        exact += all == here && here == scene.objects().size() ? 1 : 0;
    }

    /** Within a cell and a half; -1 = none. */
    private int nearest(LabelledScene.Labelled object, List<Told> told, boolean[] taken) {
        double cell = (double) config.side() / config.cells();
        int best = -1;
        double least = 1.6;
        for (int i = 0; i < told.size(); i++) {
            if (told.get(i).kind() == Kind.OBJECT && !taken[i]) {
                double dx = object.x() / cell - 0.5 - told.get(i).cell() % config.cells();
                double dy = object.y() / cell - 0.5 - told.get(i).cell() / config.cells();
                double distance = Math.sqrt(dx * dx + dy * dy);
                if (distance < least) {
                    least = distance;
                    best = i;
                }
            }
        }
        return best;
    }

    private void count(Kind kind, int[] expected, int[] told) {
        for (int i = 0; i < expected.length; i++) {
            if (expected[i] != LabelledScene.NO_VALUE) {
                asked[kind.ordinal()][i]++;
                right[kind.ordinal()][i] += expected[i] == told[i] ? 1 : 0;
            }
        }
    }

    /** Share of the pictures whose objects are all found and none invented. */
    public double exactShare() {
        return exact / (double) pictures;
    }

    /** Share of right values of an attribute, of objects that were found. */
    public double share(Kind kind, int attribute) {
        return right[kind.ordinal()][attribute] / (double) Math.max(1, asked[kind.ordinal()][attribute]);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%d pictures: %.3f with all objects and no other, %.3f of the objects found, %d invented",
                pictures, exactShare(), found / (double) objects, invented));
        for (Kind kind : Kind.values()) {
            for (int i = 0; i < config.attributes(kind).size(); i++) {
                text.append(String.format(Locale.ROOT, ", %s %.3f", config.attributes(kind).get(i).name(), share(kind, i)));
            }
        }
        return text.toString();
    }
}
