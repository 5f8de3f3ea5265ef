package org.memlora.evaluation.metrics;

import java.util.Collections;
import java.util.List;

/** Whether the right answer's words stand among the answer's, after LoCoMo's normalisation; generous to a model that answers in sentences. */
public final class Naming {
    private static final List<String> DIGITS = List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine");

    private Naming() { }

    /** 1 or 0; a digit is the same as its word. */
    public static double score(String answer, String gold) {
        return Collections.indexOfSubList(words(answer), words(gold)) >= 0 ? 1 : 0;
    }

    private static List<String> words(String text) {
        return AnswerWords.normalised(text).stream().map(word -> word.matches("[0-9]") ? DIGITS.get(word.charAt(0) - '0') : word).toList();
    }
}
