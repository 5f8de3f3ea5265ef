package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.util.SplittableRandom;

/**
 * LoRA's dropout of one training pass: each input value of A is dropped with the same share, the others are scaled up.
 * The random values are drawn once per pass, and each linear layer reads them from another random place on: drawing them
 * anew for each layer (as PyTorch's own dropout does) took a tenth of the training time. A function of the seed alone.
 */
final class InputDropout {
    private static final int PLACES = 1 << 16;
    private static final int BITS = 16;

    private final NDArray pool;
    private final SplittableRandom random;

    /** @param values most input values of a layer: tokens times width */
    InputDropout(NDManager manager, double share, long seed, int values) {
        random = new SplittableRandom(seed);
        float[] drawn = new float[values + PLACES];
        int threshold = (int) Math.round(share * (1 << BITS));
        float kept = (float) (1 / (1 - (double) threshold / (1 << BITS)));
        long bits = 0;
        for (int i = 0; i < drawn.length; i++, bits >>>= BITS) {
            if (i % (Long.SIZE / BITS) == 0) {
                bits = random.nextLong();
            }
            drawn[i] = (bits & ((1 << BITS) - 1)) < threshold ? 0 : kept;
        }
        pool = manager.create(drawn);
    }

    /** [N, in] to [N, in] */
    NDArray apply(NDArray x) {
        long from = random.nextInt(PLACES);
        return x.mul(pool.get(new NDIndex().addSliceDim(from, from + x.size())).reshape(x.getShape()));
    }
}
