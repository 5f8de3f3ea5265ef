package org.memlora.evaluation.report;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.memlora.evaluation.metrics.AnswerScores;
import org.memlora.evaluation.rows.RowOutcome.ReadMemory;
import org.memlora.evaluation.rows.RowOutcome.RowAnswer;
import org.memlora.topology.demo.ScriptedEvent;

/**
 * One answer with its scores.
 *
 * @param scores empty for adversarial questions: their right answer is that nothing is known
 * @param abstained it says that nothing is known, or there is no answer
 * @param judged the judge's word; empty without a judge, where it failed in this row, and for adversarial questions
 */
public record ScoredAnswer(RowAnswer answer, Optional<AnswerScores> scores, boolean abstained, Optional<Boolean> judged) {

    ScoredAnswer withoutJudge() {
        return new ScoredAnswer(answer, scores, abstained, Optional.empty());
    }

    int category() {
        return answer.question().isAdversarial() ? ScriptedEvent.ADVERSARIAL : answer.question().category();
    }

    /** Share of the evidence that stands among the sources of the first {@code k} memories; empty without evidence. */
    OptionalDouble evidenceRecall(int k) {
        List<String> evidence = answer.question().evidence();
        if (evidence.isEmpty()) {
            return OptionalDouble.empty();
        }
        Set<String> sources = new HashSet<>();
        answer.memories().stream().limit(k).map(ReadMemory::sourceEventIds).forEach(sources::addAll);
        return OptionalDouble.of((double) evidence.stream().filter(sources::contains).count() / evidence.size());
    }
}
