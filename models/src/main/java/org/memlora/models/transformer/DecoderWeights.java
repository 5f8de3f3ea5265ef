package org.memlora.models.transformer;

import java.util.Arrays;
import org.memlora.models.transformer.WeightNames.Norm;
import org.memlora.models.weights.WeightSource;

/**
 * A decoder's weights in the layout of Hugging Face, whatever file they come from: names resolved, heads in halves,
 * norm weights with their 1. Threading: may be called by all threads.
 */
public final class DecoderWeights {
    private final WeightSource source;
    private final TransformerConfig config;
    private final WeightNames names;

    /** Rows of a matrix [rows, columns], read on demand. */
    public interface Matrix {
        int rows();

        int columns();

        /** Row-major values of {@code count} rows. */
        float[] read(int first, int count);
    }

    private record Tensor(WeightSource source, String name, int rows, int columns) implements Matrix {
        @Override
        public float[] read(int first, int count) {
            return source.readRows(name, first, count);
        }
    }

    /** Row (head, half, i) of the result is row (head, i, half) of the file. */
    private record Interleaved(Tensor tensor, int headWidth) implements Matrix {
        @Override
        public int rows() {
            return tensor.rows;
        }

        @Override
        public int columns() {
            return tensor.columns;
        }

        @Override
        public float[] read(int first, int count) {
            float[] values = new float[count * columns()];
            for (int i = 0; i < count; i++) {
                System.arraycopy(tensor.read(interleaved(first + i, headWidth), 1), 0, values, i * columns(), columns());
            }
            return values;
        }
    }

    private static int interleaved(int row, int headWidth) {
        int inHead = row % headWidth;
        int half = headWidth / 2;
        return row - inHead + inHead % half * 2 + inHead / half;
    }

    public DecoderWeights(WeightSource source, TransformerConfig config) {
        this.source = source;
        this.config = config;
        this.names = WeightNames.of(source);
    }

    /** [V, C] */
    public Matrix embedding() {
        return matrix(names.embedding(), config.vocabularySize(), config.width());
    }

    /** [V, C]; the embedding where it is tied. */
    public Matrix output() {
        return source.contains(names.output()) ? matrix(names.output(), config.vocabularySize(), config.width()) : embedding();
    }

    /** [C] */
    public float[] finalNorm() {
        return norm(names.finalNorm());
    }

    /** [C] */
    public float[] norm(int layer, Norm norm) {
        return norm(names.norm(layer, norm, config.family()));
    }

    private float[] norm(String name) {
        float[] weight = vector(name, config.width());
        if (names.addsOneToNorms(config.family())) {
            for (int i = 0; i < weight.length; i++) {
                weight[i] += 1;
            }
        }
        return weight;
    }

    /** [out, in] */
    public Matrix projection(int layer, Projection projection) {
        long[] shape = projection.shape(config);
        Tensor tensor = matrix(names.projection(layer, projection) + ".weight", (int) shape[0], (int) shape[1]);
        return interleaves(projection) ? new Interleaved(tensor, config.headWidth()) : tensor;
    }

    /** [out], or null where the layer has none. */
    public float[] bias(int layer, Projection projection) {
        String name = names.projection(layer, projection) + ".bias";
        if (!source.contains(name)) {
            return null;
        }
        float[] values = vector(name, (int) projection.shape(config)[0]);
        if (!interleaves(projection)) {
            return values;
        }
        float[] halves = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            halves[i] = values[interleaved(i, config.headWidth())];
        }
        return halves;
    }

    private boolean interleaves(Projection projection) {
        return names.interleavesHeads(config.family()) && (projection == Projection.QUERY || projection == Projection.KEY);
    }

    private Tensor matrix(String name, int rows, int columns) {
        requireShape(name, rows, columns);
        return new Tensor(source, name, rows, columns);
    }

    private float[] vector(String name, int size) {
        requireShape(name, size);
        return source.read(name);
    }

    private void requireShape(String name, long... expected) {
        long[] found = source.shape(name);
        if (!Arrays.equals(found, expected)) {
            throw new IllegalArgumentException(
                    "tensor " + name + " has shape " + Arrays.toString(found) + ", expected " + Arrays.toString(expected));
        }
    }
}
