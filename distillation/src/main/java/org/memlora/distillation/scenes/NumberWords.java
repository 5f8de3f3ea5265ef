package org.memlora.distillation.scenes;

import java.util.List;

/** Small numbers in words. */
final class NumberWords {
    private static final List<String> WORDS = List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine");

    private NumberWords() { }

    static String of(long number) {
        return WORDS.get((int) number);
    }
}
