package org.memlora.models.grammar;

import java.util.Arrays;

/** An array as a key: equal where its values are. Not to be changed. */
record IntSequence(int[] values) {
    @Override
    public boolean equals(Object other) {
        return other instanceof IntSequence sequence && Arrays.equals(values, sequence.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }
}
