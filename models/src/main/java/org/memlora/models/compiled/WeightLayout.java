package org.memlora.models.compiled;

import java.util.ArrayList;
import java.util.List;
import org.memlora.models.transformer.DecoderWeights;
import org.memlora.models.transformer.DecoderWeights.Matrix;
import org.memlora.models.transformer.Projection;
import org.memlora.models.transformer.TransformerConfig;

/** Which matrices the graph multiplies with, by name; query, key and value of a layer are one. */
final class WeightLayout {
    static final String OUTPUT_MATRIX = "output";

    /** Linear layers that share an input and are one matrix. */
    enum Linear {
        ATTENTION_INPUT("qkv", Projection.QUERY, Projection.KEY, Projection.VALUE),
        ATTENTION_OUTPUT("o", Projection.OUTPUT),
        GATE("gate", Projection.GATE),
        UP("up", Projection.UP),
        DOWN("down", Projection.DOWN);

        private final String label;
        private final List<Projection> projections;

        Linear(String label, Projection... projections) {
            this.label = label;
            this.projections = List.of(projections);
        }

        /** In the order of their rows. */
        List<Projection> projections() {
            return projections;
        }

        String name(int layer) {
            return "layer." + layer + "." + label;
        }

        int inputs(TransformerConfig config) {
            return (int) projections.get(0).shape(config)[1];
        }

        int outputs(TransformerConfig config) {
            return projections.stream().mapToInt(projection -> (int) projection.shape(config)[0]).sum();
        }

        /** Outputs before those of {@code projection}. */
        int firstOutput(Projection projection, TransformerConfig config) {
            return projections.subList(0, projections.indexOf(projection)).stream().mapToInt(p -> (int) p.shape(config)[0]).sum();
        }
    }

    record Named(String name, Matrix matrix) { }

    private record Stacked(List<Matrix> parts) implements Matrix {
        @Override
        public int rows() {
            return parts.stream().mapToInt(Matrix::rows).sum();
        }

        @Override
        public int columns() {
            return parts.get(0).columns();
        }

        @Override
        public float[] read(int first, int count) {
            float[] values = new float[count * columns()];
            int skipped = 0;
            for (Matrix part : parts) {
                int from = Math.max(first, skipped);
                int to = Math.min(first + count, skipped + part.rows());
                if (from < to) {
                    float[] read = part.read(from - skipped, to - from);
                    System.arraycopy(read, 0, values, (from - first) * columns(), read.length);
                }
                skipped += part.rows();
            }
            return values;
        }
    }

    private WeightLayout() { }

    static List<Named> matrices(TransformerConfig config, DecoderWeights weights) {
        List<Named> named = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            for (Linear linear : Linear.values()) {
                int of = layer;
                named.add(new Named(linear.name(layer),
                        new Stacked(linear.projections.stream().map(projection -> weights.projection(of, projection)).toList())));
            }
        }
        named.add(new Named(OUTPUT_MATRIX, weights.output()));
        return named;
    }

    static String codes(String matrix) {
        return matrix + ".codes";
    }

    static String scales(String matrix) {
        return matrix + ".scales";
    }

    /** Of an unquantised matrix, transposed: [in, out]. */
    static String values(String matrix) {
        return matrix + ".values";
    }
}
