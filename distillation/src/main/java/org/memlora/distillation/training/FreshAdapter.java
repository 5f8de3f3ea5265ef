package org.memlora.distillation.training;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.lora.LoraConfig;
import org.memlora.models.transformer.Projection;
import org.memlora.models.transformer.TransformerConfig;

/** An adapter that changes nothing yet, as PEFT begins: A uniform in +-1/sqrt(in), B zero. */
public final class FreshAdapter {
    private FreshAdapter() { }

    /** @throws IllegalArgumentException if the config's target modules name no linear layer of a block */
    public static LoraAdapter make(String name, LoraConfig config, TransformerConfig base, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<LoraAdapter.Target, LoraAdapter.Weights> weights = new LinkedHashMap<>();
        for (int layer = 0; layer < base.layers(); layer++) {
            for (Projection projection : Projection.values()) {
                if (config.targets("model.layers." + layer + "." + projection.huggingFaceName())) {
                    long[] shape = projection.shape(base);
                    weights.put(new LoraAdapter.Target(layer, projection), weights(config.rank(), (int) shape[1], (int) shape[0], random));
                }
            }
        }
        if (weights.isEmpty()) {
            throw new IllegalArgumentException("the target modules " + config.targetModules() + " name no linear layer, expected some of"
                    + " q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj");
        }
        return new LoraAdapter(name, config, weights);
    }

    private static LoraAdapter.Weights weights(int rank, int in, int out, SplittableRandom random) {
        float[] a = new float[rank * in];
        double bound = 1 / Math.sqrt(in);
        for (int i = 0; i < a.length; i++) {
            a[i] = (float) ((2 * random.nextDouble() - 1) * bound);
        }
        return new LoraAdapter.Weights(rank, in, out, a, new float[out * rank]);
    }
}
