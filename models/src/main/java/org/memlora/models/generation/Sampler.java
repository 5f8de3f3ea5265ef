package org.memlora.models.generation;

import java.util.SplittableRandom;
import org.memlora.models.GenerationOptions;
import org.memlora.models.grammar.TokenMask;

/** Chooses a token among the allowed ones. Threading: confined; one per row, with the row's own random numbers. */
final class Sampler {

    private final double temperature;
    private final SplittableRandom random;

    Sampler(GenerationOptions options) {
        temperature = options.temperature();
        random = new SplittableRandom(options.seed());
    }

    /** The chosen id among {@code mask} and, where the text may end, {@code stops}; the lowest id wins a tie. */
    int choose(float[] logits, TokenMask mask, int[] stops) {
        int[] ends = mask.accepting() ? stops : new int[0];
        int best = better(logits, ends, better(logits, mask.ids(), -1));
        if (best < 0) {
            throw new IllegalStateException("the model gave no finite logit to any allowed token");
        }
        if (temperature == 0) {
            return best;
        }
        double total = weight(logits, mask.ids(), logits[best], temperature) + weight(logits, ends, logits[best], temperature);
        double left = random.nextDouble() * total;
        for (int[] ids : new int[][] {mask.ids(), ends}) {
            for (int id : ids) {
                left -= weight(logits, id, logits[best], temperature);
                if (left < 0) {
                    return id;
                }
            }
        }
        return best;
    }

    /** Of {@code chosen} among what {@link #choose} may choose, at temperature 1. */
    static double probability(int chosen, float[] logits, TokenMask mask, int[] stops) {
        double total = weight(logits, mask.ids(), logits[chosen], 1) + (mask.accepting() ? weight(logits, stops, logits[chosen], 1) : 0);
        return 1 / total;
    }

    private static int better(float[] logits, int[] ids, int best) {
        float most = best < 0 ? Float.NEGATIVE_INFINITY : logits[best];
        for (int id : ids) {
            // Few tokens pass the first comparison, which no NaN passes; the vocabulary is long.
            if (id < logits.length && logits[id] >= most && Float.isFinite(logits[id])
                    && (best < 0 || logits[id] > most || id < best)) {
                best = id;
                most = logits[id];
            }
        }
        return best;
    }

    private static double weight(float[] logits, int[] ids, float max, double temperature) {
        double sum = 0;
        for (int id : ids) {
            sum += weight(logits, id, max, temperature);
        }
        return sum;
    }

    private static double weight(float[] logits, int id, float max, double temperature) {
        return id < logits.length && Float.isFinite(logits[id]) ? Math.exp((logits[id] - max) / temperature) : 0;
    }
}
