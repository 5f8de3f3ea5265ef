package org.memlora.evaluation.metrics;

import java.util.List;

/** Share of the answer's words that stand in the gold, times the penalty for answers shorter than it (Papineni et al., 2002). */
public final class Bleu1 {

    private Bleu1() { }

    public static double score(String answer, String gold) {
        List<String> answered = AnswerWords.plain(answer);
        List<String> expected = AnswerWords.plain(gold);
        int common = AnswerWords.common(answered, expected);
        if (common == 0) {
            return 0;
        }
        double penalty = answered.size() > expected.size() ? 1 : Math.exp(1 - (double) expected.size() / answered.size());
        return penalty * common / answered.size();
    }
}
