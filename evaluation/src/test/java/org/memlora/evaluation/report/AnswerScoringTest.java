package org.memlora.evaluation.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.memlora.evaluation.judge.ChatJudge;
import org.memlora.evaluation.judge.JudgeServer;
import org.memlora.evaluation.judge.JudgeServer.Reply;
import org.memlora.evaluation.questions.EvaluatedQuestion;
import org.memlora.evaluation.rows.RowName;
import org.memlora.evaluation.rows.RowOutcome;
import org.memlora.models.testing.HashEmbedder;
import org.memlora.topology.serving.StageMeter;

/** With a judge on this machine. */
class AnswerScoringTest {

    private final AtomicInteger calls = new AtomicInteger();
    private int verdicts;
    private JudgeServer server;

    /** Refuses all calls after the first ones. */
    @BeforeEach
    void start() throws IOException {
        server = new JudgeServer(exchange -> calls.incrementAndGet() <= verdicts ? Reply.says("CORRECT") : new Reply(403, "no"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static RowOutcome.RowAnswer answer(String id) {
        return new RowOutcome.RowAnswer(new EvaluatedQuestion("b", id, "What did Ann adopt?", Instant.EPOCH, Optional.of("A cat"), 4, List.of()), "A cat", List.of());
    }

    private ScoredRow row() throws InterruptedException {
        RowOutcome outcome = new RowOutcome(RowName.NO_MEMORY, List.of(answer("1"), answer("2"), answer("3")), List.of(), List.of(), List.of(),
                new StageMeter(), Optional.empty());
        ChatJudge judge = new ChatJudge(server.settings(Optional.empty()));
        try (HashEmbedder embedder = new HashEmbedder()) {
            return new ScoredRow(outcome, new AnswerScoring(embedder, Optional.of(judge), (row, what, done, total) -> { }).score(outcome),
                    Optional.empty(), Optional.empty());
        }
    }

    @Test
    void aJudgeThatFailsCostsItsOwnFigureOnly() throws InterruptedException {
        verdicts = 1;
        ScoredRow row = row();

        assertThat(row.tokenF1()).isEqualTo(1);
        assertThat(row.answers()).hasSize(3).allMatch(answer -> answer.judged().isEmpty());
        assertThat(calls).as("asked no more after it failed").hasValue(2);
        ObjectNode json = row.json(1);
        assertThat(json.get("overall").get("judge").isNull()).isTrue();
        assertThat(json.get("judgeFailure").asText()).startsWith("The judge grader at ").endsWith("status 403.");
    }

    @Test
    void aJudgeThatAnswersGivesItsFigure() throws InterruptedException {
        verdicts = 3;
        ScoredRow row = row();

        assertThat(row.json(1).get("overall").get("judge").asDouble()).isEqualTo(1);
        assertThat(row.json(1).has("judgeFailure")).isFalse();
    }
}
