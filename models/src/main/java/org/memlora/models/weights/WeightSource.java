package org.memlora.models.weights;

import java.nio.FloatBuffer;
import java.util.Set;

/**
 * Named tensors of a model file, read one at a time; the file is mapped, not held in the heap.
 * Names are the file's own. Threading: may be called by all threads.
 */
public interface WeightSource {

    /** All names, in the file's order. */
    Set<String> names();

    default boolean contains(String name) {
        return names().contains(name);
    }

    /**
     * Row-major shape, e.g. [out, in] of a linear layer.
     *
     * @throws ModelFileException if there is no such tensor
     */
    long[] shape(String name);

    /**
     * All values as float32, row-major.
     *
     * @throws ModelFileException if there is no such tensor
     * @throws IllegalArgumentException if its type is not supported or it has 2^31 values or more
     */
    float[] read(String name);

    /** Like {@link #read(String)}, into {@code target} from its position on; needs no array of the tensor's size. */
    void read(String name, FloatBuffer target);

    /**
     * {@code count} rows of the last dimension from row {@code first} on, e.g. some tokens' embeddings.
     *
     * @throws IndexOutOfBoundsException if the tensor has fewer rows
     */
    float[] readRows(String name, long first, int count);
}
