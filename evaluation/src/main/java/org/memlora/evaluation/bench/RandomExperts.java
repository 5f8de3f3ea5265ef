package org.memlora.evaluation.bench;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.memlora.models.lora.AdapterFile;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.lora.LoraConfig;
import org.memlora.models.transformer.Projection;
import org.memlora.models.transformer.TransformerConfig;
import org.memlora.operators.Stage;

/**
 * Experts of the paper's shape (rank 8; extraction and update on q and v, generation on all linear layers) with random
 * weights, so small that the base's output hardly changes: they cost what trained ones cost.
 */
final class RandomExperts {

    private static final int RANK = 8;
    private static final double ALPHA = 16;
    private static final double B_SIZE = 1e-4;
    static final List<Stage> STAGES = List.of(Stage.EXTRACTION, Stage.UPDATE, Stage.GENERATION);

    private RandomExperts() { }

    /** Writes one folder per stage. */
    static void write(Path folder, TransformerConfig base, long seed) {
        for (Stage stage : STAGES) {
            AdapterFile.write(adapter(stage, base, seed + stage.ordinal()), folder.resolve(stage.expertName()));
        }
    }

    private static LoraAdapter adapter(Stage stage, TransformerConfig base, long seed) {
        List<Projection> targets = stage == Stage.GENERATION ? List.of(Projection.values()) : List.of(Projection.QUERY, Projection.VALUE);
        SplittableRandom random = new SplittableRandom(seed);
        Map<LoraAdapter.Target, LoraAdapter.Weights> weights = new HashMap<>();
        for (int layer = 0; layer < base.layers(); layer++) {
            for (Projection projection : targets) {
                int out = (int) projection.shape(base)[0];
                int in = (int) projection.shape(base)[1];
                weights.put(new LoraAdapter.Target(layer, projection), new LoraAdapter.Weights(RANK, in, out,
                        values(random, RANK * in, 1 / Math.sqrt(in)), values(random, out * RANK, B_SIZE)));
            }
        }
        LoraConfig config = new LoraConfig(RANK, ALPHA, 0, targets.stream().map(Projection::moduleName).toList(), false, "", false);
        return new LoraAdapter(stage.expertName(), config, weights);
    }

    private static float[] values(SplittableRandom random, int count, double size) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (size * (2 * random.nextDouble() - 1));
        }
        return values;
    }
}
