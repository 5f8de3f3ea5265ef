package org.memlora.evaluation.metrics;

/** Equality after LoCoMo's normalisation. */
public final class ExactMatch {

    private ExactMatch() { }

    /** 1 or 0. */
    public static double score(String answer, String gold) {
        return AnswerWords.normalised(answer).equals(AnswerWords.normalised(gold)) ? 1 : 0;
    }
}
