package org.memlora.evaluation.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;
import org.memlora.evaluation.health.HealthSuite;
import org.memlora.evaluation.health.MemoryCleanness;
import org.memlora.evaluation.metrics.AnswerScores;
import org.memlora.evaluation.metrics.Bootstrap;
import org.memlora.evaluation.rows.RowOutcome;
import org.memlora.operators.Stage;
import org.memlora.schemas.FailedEvent;
import org.memlora.topology.demo.ScriptedEvent;
import org.memlora.topology.serving.StageMeter;

/**
 * A row with all its figures.
 *
 * @param cleanness empty unless the row went through the pipeline
 * @param health empty unless the row ran the suite
 */
public record ScoredRow(RowOutcome outcome, ScoredAnswers scored, Optional<MemoryCleanness> cleanness, Optional<HealthSuite.Result> health) {

    private static final List<Stage> STAGES = List.of(Stage.EXTRACTION, Stage.UPDATE, Stage.GENERATION);
    static final List<Integer> RECALL_AT = List.of(5, 10);

    String name() {
        return outcome.name().text();
    }

    List<ScoredAnswer> answers() {
        return scored.answers();
    }

    /** Questions that have an answer: categories 1 to 4 and those without a category. */
    List<ScoredAnswer> answerable() {
        return answers().stream().filter(answer -> answer.scores().isPresent()).toList();
    }

    /** Mean over the answerable questions; NaN without any. */
    public double tokenF1() {
        return mean(values(answerable(), AnswerScores.METRICS.get(0)));
    }

    double[] interval(AnswerScores.Named metric, long seed) {
        return new Bootstrap(seed).interval95(values(answerable(), metric));
    }

    /** {@code {"name", "overall": M, "byCategory": {"1": M, ...}, ...}} */
    ObjectNode json(long seed) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", name());
        json.set("overall", scores(answerable(), seed));
        ObjectNode byCategory = json.putObject("byCategory");
        for (int category : new TreeSet<>(answers().stream().map(ScoredAnswer::category).toList())) {
            List<ScoredAnswer> some = answers().stream().filter(answer -> answer.category() == category).toList();
            if (category != 0) {
                byCategory.set(String.valueOf(category), category == ScriptedEvent.ADVERSARIAL ? abstention(some) : scores(some, seed));
            }
        }
        scored.judgeFailure().ifPresent(failure -> json.put("judgeFailure", failure));
        json.set("evidenceRecall", evidenceRecall());
        json.set("promptTokens", tokens(true));
        json.set("outputTokens", tokens(false));
        outcome.turnsPerSecond().ifPresent(rate -> json.put("turnsPerSecond", rate));
        if (cleanness.isPresent()) {
            json.set("memoryHealth", healthJson());
        }
        return json;
    }

    private static ObjectNode scores(List<ScoredAnswer> answers, long seed) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("n", answers.size());
        ObjectNode intervals = JsonNodeFactory.instance.objectNode();
        for (AnswerScores.Named metric : AnswerScores.METRICS) {
            double[] values = values(answers, metric);
            json.put(metric.name(), mean(values));
            double[] interval = new Bootstrap(seed).interval95(values);
            intervals.putArray(metric.name()).add(interval[0]).add(interval[1]);
        }
        double[] judged = answers.stream().filter(answer -> answer.judged().isPresent()).mapToDouble(answer -> answer.judged().get() ? 1 : 0).toArray();
        if (judged.length == 0) {
            json.putNull("judge");
        } else {
            json.put("judge", mean(judged));
            double[] interval = new Bootstrap(seed).interval95(judged);
            intervals.putArray("judge").add(interval[0]).add(interval[1]);
        }
        json.put("abstained", share(answers));
        json.set("interval95", intervals);
        return json;
    }

    private static ObjectNode abstention(List<ScoredAnswer> answers) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("n", answers.size());
        AnswerScores.METRICS.forEach(metric -> json.putNull(metric.name()));
        return json.putNull("judge").put("abstained", share(answers));
    }

    /** Abstentions among the adversarial questions; NaN without any. */
    double abstentionWhereDue() {
        return share(answers().stream().filter(answer -> answer.scores().isEmpty()).toList());
    }

    ObjectNode evidenceRecall() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        RECALL_AT.forEach(k -> recallAt(k).ifPresent(recall -> json.put(String.valueOf(k), recall)));
        return json;
    }

    OptionalDouble recallAt(int k) {
        boolean reads = answers().stream().anyMatch(answer -> !answer.answer().memories().isEmpty());
        return reads ? answerable().stream().map(answer -> answer.evidenceRecall(k)).filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble).average() : OptionalDouble.empty();
    }

    ObjectNode tokens(boolean prompt) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        for (Stage stage : STAGES) {
            StageMeter.Work work = outcome.meter().of(stage);
            if (work.requests() > 0) {
                json.put(stage.word(), (double) (prompt ? work.promptTokens() : work.outputTokens()) / work.requests());
            }
        }
        return json;
    }

    ObjectNode healthJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        cleanness.ifPresent(clean -> json.put("memories", clean.memories()).put("duplicatesLeft", clean.duplicatesLeft())
                .put("junkRate", clean.junkRate()).put("observationRecall", clean.observationRecall()));
        json.put("ungroundedFacts", outcome.letters().stream().map(FailedEvent::getReason).filter(reason -> reason.startsWith("UNGROUNDED")).count());
        health.ifPresent(result -> json.put("wordingsStored", result.wordingsStored()).put("wordingsFacts", result.wordingsFacts())
                .put("newestKept", result.newestKept()).put("outdatedClosed", result.outdatedClosed()).put("outdatedStored", result.outdatedStored())
                .put("wrongDeletes", result.wrongDeletes()).put("sparedStored", result.sparedStored()).put("sameFactStored", result.sameFactStored()));
        return json;
    }

    private static double share(List<ScoredAnswer> answers) {
        return answers.stream().mapToDouble(answer -> answer.abstained() ? 1 : 0).average().orElse(Double.NaN);
    }

    private static double[] values(List<ScoredAnswer> answers, AnswerScores.Named metric) {
        return answers.stream().mapToDouble(answer -> metric.value().applyAsDouble(answer.scores().orElseThrow())).toArray();
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }
}
