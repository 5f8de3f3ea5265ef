package org.memlora.models.grammar;

import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * The tokens that may come next. Threading: immutable.
 *
 * @param ids allowed token ids, ascending
 * @param accepting whether the completion may also end here
 */
public record TokenMask(int[] ids, boolean accepting) {

    public static TokenMask of(BitSet tokens, boolean accepting) {
        return new TokenMask(tokens.stream().toArray(), accepting);
    }

    public boolean allows(int id) {
        return java.util.Arrays.binarySearch(ids, id) >= 0;
    }

    /** The tokens below {@code vocabularySize} and, where the text may end, {@code stops} behind them. */
    public int[] candidates(int[] stops, int vocabularySize) {
        return IntStream.concat(stream(), IntStream.of(accepting ? stops : new int[0])).filter(id -> id < vocabularySize).toArray();
    }

    public IntStream stream() {
        return IntStream.of(ids);
    }
}
