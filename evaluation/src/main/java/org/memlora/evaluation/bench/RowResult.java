package org.memlora.evaluation.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.memlora.operators.Stage;
import org.memlora.topology.serving.StageMeter;

/** What a row counted. Turns and answers are measured one after the other, each over its own wall time. */
final class RowResult {

    private static final double NANOS = 1e9;

    final Latencies turnLatencies = new Latencies();
    final Latencies answerLatencies = new Latencies();
    final StageMeter meter = new StageMeter();
    long turns;
    long turnNanos;
    long answers;
    long answerNanos;

    /** The row of bench.json, without its peak memory. */
    ObjectNode json(String name) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("name", name);
        json.put("turnsPerSecond", rate(turns, turnNanos));
        json.put("answersPerSecond", rate(answers, answerNanos));
        latency(json.putObject("latencyMillis"), turnLatencies);
        latency(json.putObject("answerLatencyMillis"), answerLatencies);
        long written = tokens(Stage.EXTRACTION) + tokens(Stage.UPDATE);
        json.put("tokensPerTurn", turns == 0 ? 0 : (double) written / turns);
        json.put("tokensPerSecond", rate(written + tokens(Stage.GENERATION), turnNanos + answerNanos));
        ObjectNode stages = json.putObject("stages");
        for (Stage stage : RandomExperts.STAGES) {
            StageMeter.Work work = meter.of(stage);
            ObjectNode one = stages.putObject(stage.word());
            one.put("requests", work.requests());
            one.put("promptTokens", mean(work.promptTokens(), work.requests()));
            one.put("cachedPromptTokens", mean(work.cachedTokens(), work.requests()));
            one.put("outputTokens", mean(work.outputTokens(), work.requests()));
            one.put("tokensPerSecond", rate(work.promptTokens() + work.outputTokens(),
                    stage == Stage.GENERATION ? answerNanos : turnNanos));
        }
        json.put("turns", turns);
        json.put("answers", answers);
        return json;
    }

    private long tokens(Stage stage) {
        return meter.of(stage).promptTokens() + meter.of(stage).outputTokens();
    }

    private static void latency(ObjectNode json, Latencies latencies) {
        json.put("p50", latencies.percentile(0.5));
        json.put("p95", latencies.percentile(0.95));
    }

    private static double mean(long sum, long count) {
        return count == 0 ? 0 : (double) sum / count;
    }

    private static double rate(long count, long nanos) {
        return nanos == 0 ? 0 : count * NANOS / nanos;
    }
}
