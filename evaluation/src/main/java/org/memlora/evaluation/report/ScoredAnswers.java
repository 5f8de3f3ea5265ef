package org.memlora.evaluation.report;

import java.util.List;
import java.util.Optional;

/**
 * The answers of a row with their scores.
 *
 * @param judgeFailure why the judge's word is missing in all of them, in one sentence; empty = it isn't, or there is no judge
 */
public record ScoredAnswers(List<ScoredAnswer> answers, Optional<String> judgeFailure) {

    public ScoredAnswers {
        answers = List.copyOf(answers);
    }
}
