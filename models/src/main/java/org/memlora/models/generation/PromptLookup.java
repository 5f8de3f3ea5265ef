package org.memlora.models.generation;

import java.util.Arrays;

/** Guesses how a text goes on: as it did after the last earlier place with the same tokens. Stateless. */
final class PromptLookup {

    /** Of the tokens at the end that must be the same; more make a better guess. */
    private static final int MOST_EQUAL = 3;
    private static final int LEAST_EQUAL = 2;

    private PromptLookup() { }

    /** Where in {@code tokens[0 .. length)} the guessed continuation starts, or -1. */
    static int continuation(int[] tokens, int length) {
        for (int equal = MOST_EQUAL; equal >= LEAST_EQUAL; equal--) {
            int end = length - equal;
            for (int from = end - 1; from >= 0; from--) {
                if (Arrays.equals(tokens, from, from + equal, tokens, end, length)) {
                    return from + equal;
                }
            }
        }
        return -1;
    }
}
