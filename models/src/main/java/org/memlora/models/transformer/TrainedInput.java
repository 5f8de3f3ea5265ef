package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;

/** A part in front of a transformer that is trained with its expert: it makes the vectors of token ids above the vocabulary. Threading: one thread. */
public interface TrainedInput {

    /** What is trained, the same order each time. */
    List<NDArray> parameters();

    /**
     * Differentiable.
     *
     * @param scratch owns what is made
     * @param indices ids less the size of the vocabulary
     * @return [indices, C]
     */
    NDArray vectors(NDManager scratch, int[] indices);
}
