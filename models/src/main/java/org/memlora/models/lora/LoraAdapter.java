package org.memlora.models.lora;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.memlora.models.transformer.Projection;
import org.memlora.models.transformer.TransformerConfig;

/** One expert's low-rank weights in the layout of Hugging Face. Immutable by convention: the arrays are not copied. */
public record LoraAdapter(String name, LoraConfig config, Map<Target, Weights> weights) {

    /** One linear layer of the base. */
    public record Target(int layer, Projection projection) { }

    /**
     * @param a [rank, in] row-major
     * @param b [out, rank] row-major
     */
    public record Weights(int rank, int in, int out, float[] a, float[] b) {
        public Weights {
            if (a.length != (long) rank * in || b.length != (long) out * rank) {
                throw new IllegalArgumentException("A has " + a.length + " and B " + b.length + " values, expected "
                        + (long) rank * in + " and " + (long) out * rank);
            }
        }
    }

    public LoraAdapter {
        weights = Map.copyOf(weights);
    }

    public LoraAdapter withName(String other) {
        return new LoraAdapter(other, config, weights);
    }

    /**
     * A and B averaged each for itself, which makes sense for an expert that was trained on from the other: both lie in one basin.
     *
     * @param share of this one, 0 .. 1; the rest is the other's
     * @throws IllegalArgumentException if the other changes other layers or has other ranks
     */
    public LoraAdapter averaged(LoraAdapter other, double share) {
        Map<Target, Weights> averaged = new HashMap<>();
        weights.forEach((target, mine) -> {
            Weights others = other.weights.get(target);
            if (other.weights.size() != weights.size() || others == null || others.a.length != mine.a.length || others.b.length != mine.b.length) {
                throw new IllegalArgumentException("the experts " + name + " and " + other.name + " differ in layers or ranks and can't be averaged");
            }
            averaged.put(target, new Weights(mine.rank, mine.in, mine.out, mixed(mine.a, others.a, share), mixed(mine.b, others.b, share)));
        });
        return new LoraAdapter(name, config, averaged);
    }

    private static float[] mixed(float[] some, float[] others, double share) {
        float[] mixed = new float[some.length];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = (float) (share * some[i] + (1 - share) * others[i]);
        }
        return mixed;
    }

    /** The weights by layer, then projection. */
    public SortedMap<Target, Weights> ordered() {
        SortedMap<Target, Weights> sorted = new TreeMap<>(Comparator.comparingInt(Target::layer).thenComparing(Target::projection));
        sorted.putAll(weights);
        return sorted;
    }

    /** @throws IllegalArgumentException if a layer is missing in the base or has another shape; names both shapes */
    public void requireFit(TransformerConfig base) {
        ordered().forEach((target, value) -> {
            String layer = "model.layers." + target.layer + "." + target.projection.huggingFaceName();
            if (target.layer >= base.layers()) {
                throw new IllegalArgumentException("expert " + name + " does not fit the base: it changes " + layer
                        + ", the base has " + base.layers() + " layers");
            }
            long[] found = {value.out, value.in};
            long[] expected = target.projection.shape(base);
            if (!Arrays.equals(found, expected)) {
                throw new IllegalArgumentException("expert " + name + " does not fit the base: " + layer + " is "
                        + Arrays.toString(found) + " in the expert, " + Arrays.toString(expected) + " in the base");
            }
        });
    }
}
