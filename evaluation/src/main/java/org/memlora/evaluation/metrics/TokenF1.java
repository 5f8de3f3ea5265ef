package org.memlora.evaluation.metrics;

import java.util.Arrays;
import java.util.List;

/** Overlap of stemmed words, LoCoMo's measure (Maharana et al., ACL 2024). */
public final class TokenF1 {

    private static final int MULTI_HOP = 1;
    private static final int OPEN_DOMAIN = 3;

    private TokenF1() { }

    /** 2 common / (answer + gold) over LoCoMo's normalised, Porter-stemmed words; 0 without a common word. */
    public static double score(String answer, String gold) {
        List<String> answered = AnswerWords.stemmed(AnswerWords.normalised(answer));
        List<String> expected = AnswerWords.stemmed(AnswerWords.normalised(gold));
        return AnswerWords.f1(AnswerWords.common(answered, expected), answered.size(), expected.size());
    }

    /**
     * As LoCoMo's own evaluation scores by category: multi-hop golds are lists with commas, each part meets its best
     * part of the answer; of an open-domain gold only what stands before the first semicolon counts.
     */
    public static double locomo(String answer, String gold, int category) {
        if (category == MULTI_HOP) {
            return Arrays.stream(gold.split(",")).mapToDouble(part -> Arrays.stream(answer.split(","))
                    .mapToDouble(answered -> score(answered, part)).max().orElse(0)).average().orElse(0);
        }
        return score(answer, category == OPEN_DOMAIN ? gold.split(";", 2)[0] : gold);
    }
}
