package org.memlora.distillation.training;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.memlora.models.lora.AdapterFile;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.lora.LoraConfig;
import org.memlora.models.transformer.Projection;
import org.memlora.models.transformer.TransformerConfig;

/** What a training begins with: an adapter that changes nothing yet, as PEFT begins (A uniform in +-1/sqrt(in), B zero), or an expert. */
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

    /**
     * The weights of an expert to train on, with the name and settings of {@code fresh}.
     *
     * @param folder names the expert in what is thrown
     * @throws IllegalArgumentException if it has another rank, scaling or other layers
     */
    public static LoraAdapter continuing(LoraAdapter fresh, LoraAdapter expert, Path folder) {
        if (expert.config().rankStabilised()) {
            throw new IllegalArgumentException(beginning(folder) + " is rank-stabilised (use_rslora), expected one that isn't: take another expert");
        }
        String found = shape(expert);
        String expected = shape(fresh);
        if (!found.equals(expected)) {
            throw new IllegalArgumentException(beginning(folder) + " has " + found + ", expected " + expected + ": set lora as in its " + AdapterFile.CONFIG
                    + ", and take an expert of this base");
        }
        // As many projections on both sides: where each expected one is there, there is no other.
        fresh.ordered().forEach((target, wanted) -> {
            LoraAdapter.Weights given = expert.weights().get(target);
            if (given == null || given.in() != wanted.in() || given.out() != wanted.out()) {
                throw new IllegalArgumentException(beginning(folder) + " has " + (given == null ? "nothing" : inputsAndOutputs(given)) + " in layer "
                        + target.layer() + " " + target.projection().huggingFaceName() + ", expected " + inputsAndOutputs(wanted)
                        + ": set lora.targets as in its " + AdapterFile.CONFIG + ", and take an expert of this base");
            }
        });
        return new LoraAdapter(fresh.name(), fresh.config(), expert.weights());
    }

    private static String beginning(Path folder) {
        return "the expert " + folder + " that the training is to begin with";
    }

    private static String inputsAndOutputs(LoraAdapter.Weights weights) {
        return weights.in() + " inputs and " + weights.out() + " outputs";
    }

    private static String shape(LoraAdapter adapter) {
        LoraConfig config = adapter.config();
        return "rank " + config.rank() + ", alpha " + config.alpha() + " and " + adapter.weights().size() + " projections";
    }

    /** Whether it changes nothing yet. */
    static boolean isFresh(LoraAdapter adapter) {
        for (LoraAdapter.Weights weights : adapter.weights().values()) {
            for (float value : weights.b()) {
                if (value != 0) {
                    return false;
                }
            }
        }
        return true;
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
