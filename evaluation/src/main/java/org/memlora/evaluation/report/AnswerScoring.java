package org.memlora.evaluation.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.memlora.evaluation.judge.ChatJudge;
import org.memlora.evaluation.metrics.AnswerScores;
import org.memlora.evaluation.questions.EvaluatedQuestion;
import org.memlora.evaluation.rows.RowOutcome;
import org.memlora.evaluation.rows.RowProgress;
import org.memlora.models.embedding.TextEmbedder;

/** Scores the answers of a row. */
public final class AnswerScoring {

    private final TextEmbedder embedder;
    private final Optional<ChatJudge> judge;
    private final RowProgress progress;

    public AnswerScoring(TextEmbedder embedder, Optional<ChatJudge> judge, RowProgress progress) {
        this.embedder = embedder;
        this.judge = judge;
        this.progress = progress;
    }

    /** A judge that fails leaves the row without its word: a mean over some of the answers could not be compared with another row's. */
    public ScoredAnswers score(RowOutcome outcome) throws InterruptedException {
        List<ScoredAnswer> scored = new ArrayList<>();
        Optional<String> judgeFailure = Optional.empty();
        for (RowOutcome.RowAnswer answer : outcome.answers()) {
            EvaluatedQuestion question = answer.question();
            Optional<AnswerScores> scores = question.gold().map(gold -> AnswerScores.of(answer.text(), gold, question.category(), embedder));
            Optional<Boolean> judged = Optional.empty();
            if (judgeFailure.isEmpty()) {
                try {
                    judged = judged(answer);
                } catch (IOException e) {
                    judgeFailure = Optional.of(e.getMessage());
                }
            }
            scored.add(new ScoredAnswer(answer, scores, Abstention.is(answer.text()), judged));
            progress.step(outcome.name(), judge.isPresent() ? "judged answers" : "scored answers", scored.size(), outcome.answers().size());
        }
        return new ScoredAnswers(judgeFailure.isEmpty() ? scored : scored.stream().map(ScoredAnswer::withoutJudge).toList(), judgeFailure);
    }

    private Optional<Boolean> judged(RowOutcome.RowAnswer answer) throws IOException, InterruptedException {
        if (judge.isEmpty() || answer.question().gold().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(!answer.text().isBlank()
                && judge.get().isCorrect(answer.question().text(), answer.question().gold().get(), answer.text()));
    }
}
