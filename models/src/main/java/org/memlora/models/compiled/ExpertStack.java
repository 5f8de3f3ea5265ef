package org.memlora.models.compiled;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.memlora.models.GenerationRequest;
import org.memlora.models.compiled.WeightLayout.Linear;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.transformer.Projection;
import org.memlora.models.transformer.TransformerConfig;

/**
 * The experts' A and B side by side: x A is masked to the columns of the row's expert, then multiplied with B.
 * One graph serves any mix of experts; a switch is another row of the mask (bases.md of the design; paper, section 3.2).
 */
final class ExpertStack {
    private final TransformerConfig config;
    private final Map<String, LoraAdapter> experts;
    private final Map<Linear, List<Part>> parts = new EnumMap<>(Linear.class);

    /** One expert's columns for one projection; layers that the expert leaves alone have zeros. */
    private record Part(String expert, Projection projection, int rank, float scaling, int firstColumn) { }

    /** @param experts by the names that rows use; each fits the config */
    ExpertStack(TransformerConfig config, Map<String, LoraAdapter> experts) {
        this.config = config;
        this.experts = experts;
        for (Linear linear : Linear.values()) {
            List<Part> found = new ArrayList<>();
            int column = 0;
            for (Map.Entry<String, LoraAdapter> expert : experts.entrySet()) {
                for (Projection projection : linear.projections()) {
                    int rank = rank(expert.getValue(), projection);
                    if (rank > 0) {
                        float scaling = (float) expert.getValue().config().scaling(rank);
                        found.add(new Part(expert.getKey(), projection, rank, scaling, column));
                        column += rank;
                    }
                }
            }
            parts.put(linear, found);
        }
    }

    private int rank(LoraAdapter adapter, Projection projection) {
        int rank = 0;
        for (int layer = 0; layer < config.layers(); layer++) {
            LoraAdapter.Weights weights = adapter.weights().get(new LoraAdapter.Target(layer, projection));
            if (weights != null && rank != 0 && weights.rank() != rank) {
                throw new IllegalArgumentException("expert " + adapter.name() + " has rank " + rank + " and rank " + weights.rank()
                        + " for " + projection.moduleName() + ", expected one rank in all layers");
            }
            rank = weights == null ? rank : weights.rank();
        }
        return rank;
    }

    /** R of a linear layer; 0: no expert changes it. */
    int ranks(Linear linear) {
        return parts.get(linear).stream().mapToInt(Part::rank).sum();
    }

    /** The row of the mask that lets an expert through, scaled: [R]. */
    float[] mask(Linear linear, String expert) {
        float[] mask = new float[ranks(linear)];
        if (!expert.equals(GenerationRequest.BASE)) {
            for (Part part : parts.get(linear)) {
                for (int i = 0; part.expert.equals(expert) && i < part.rank; i++) {
                    mask[part.firstColumn + i] = part.scaling;
                }
            }
        }
        return mask;
    }

    /** [in, R] */
    float[] a(Linear linear, int layer) {
        int inputs = linear.inputs(config);
        int ranks = ranks(linear);
        float[] stacked = new float[inputs * ranks];
        forEach(linear, layer, (part, weights) -> {
            for (int i = 0; i < part.rank; i++) {
                for (int input = 0; input < inputs; input++) {
                    stacked[input * ranks + part.firstColumn + i] = weights.a()[i * inputs + input];
                }
            }
        });
        return stacked;
    }

    /** [R, out] */
    float[] b(Linear linear, int layer) {
        int outputs = linear.outputs(config);
        float[] stacked = new float[ranks(linear) * outputs];
        forEach(linear, layer, (part, weights) -> {
            int first = linear.firstOutput(part.projection, config);
            for (int i = 0; i < part.rank; i++) {
                for (int output = 0; output < weights.out(); output++) {
                    stacked[(part.firstColumn + i) * outputs + first + output] = weights.b()[output * part.rank + i];
                }
            }
        });
        return stacked;
    }

    @FunctionalInterface
    private interface Visitor {
        void visit(Part part, LoraAdapter.Weights weights);
    }

    private void forEach(Linear linear, int layer, Visitor visitor) {
        for (Part part : parts.get(linear)) {
            LoraAdapter.Weights weights = experts.get(part.expert).weights().get(new LoraAdapter.Target(layer, part.projection));
            if (weights != null) {
                visitor.visit(part, weights);
            }
        }
    }

    /** Per linear layer that any expert changes, the mask rows by expert, the base included. */
    Map<Linear, Map<String, float[]>> masks() {
        Map<Linear, Map<String, float[]>> masks = new EnumMap<>(Linear.class);
        for (Linear linear : Linear.values()) {
            if (ranks(linear) > 0) {
                Map<String, float[]> rows = new HashMap<>();
                rows.put(GenerationRequest.BASE, mask(linear, GenerationRequest.BASE));
                experts.keySet().forEach(expert -> rows.put(expert, mask(linear, expert)));
                masks.put(linear, rows);
            }
        }
        return masks;
    }
}
