package org.memlora.evaluation.metrics;

import java.util.List;

/** Overlap of stemmed words (Lin, 2004), with the tokens of the Python package rouge-score. */
public final class Rouge1 {

    private Rouge1() { }

    public static double f1(String answer, String gold) {
        List<String> answered = words(answer);
        List<String> expected = words(gold);
        return AnswerWords.f1(AnswerWords.common(answered, expected), answered.size(), expected.size());
    }

    /** Share of the gold's words that stand in the answer; 0 for an empty gold. */
    public static double recall(String answer, String gold) {
        List<String> expected = words(gold);
        return expected.isEmpty() ? 0 : (double) AnswerWords.common(words(answer), expected) / expected.size();
    }

    private static List<String> words(String text) {
        return AnswerWords.rougeStemmed(AnswerWords.plain(text));
    }
}
