package org.memlora.evaluation.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.memlora.models.GenerationRequest;
import org.memlora.models.OpenedBase;
import org.memlora.models.transformer.TransformerExecutor;
import org.memlora.operators.Stage;

/**
 * What resident experts cost: decoding with one expert against a base without any, a mixed batch against the dearest
 * single expert (generation, on all linear layers), and a switch of expert between two tokens of a row.
 */
final class ExpertCosts {

    private static final int STEPS = 8;
    private static final int ROUNDS = 12;
    private static final int QUICK_ROUNDS = 2;

    private final OpenedBase base;
    private final Path experts;
    private final int batch;
    private final int rounds;
    private final int switches;
    private final PartProgress progress;

    ExpertCosts(OpenedBase base, Path experts, int batch, boolean quick, PartProgress progress) {
        this.base = base;
        this.experts = experts;
        this.batch = batch;
        this.rounds = quick ? QUICK_ROUNDS : ROUNDS;
        this.switches = quick ? 40 : 200;
        this.progress = progress;
    }

    ObjectNode measure() {
        List<IntFunction<String>> uses = new ArrayList<>();
        uses.add(row -> GenerationRequest.BASE);
        RandomExperts.STAGES.forEach(stage -> uses.add(row -> stage.expertName()));
        uses.add(row -> RandomExperts.STAGES.get(row % RandomExperts.STAGES.size()).expertName());
        double[][] seconds = decodeSeconds(uses);
        double[] bare = seconds[0];
        double[] dearest = seconds[2 + RandomExperts.STAGES.indexOf(Stage.GENERATION)];
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("expertOverhead", overhead(dearest, bare)).put("expertOverheadError", overheadError(dearest, bare));
        json.put("mixedOverhead", overhead(seconds[uses.size()], dearest)).put("mixedOverheadError", overheadError(seconds[uses.size()], dearest));
        ObjectNode single = json.putObject("expertOverheads");
        single.put(GenerationRequest.BASE, overhead(seconds[1], bare));
        for (int i = 0; i < RandomExperts.STAGES.size(); i++) {
            single.put(RandomExperts.STAGES.get(i).expertName(), overhead(seconds[i + 2], bare));
        }
        json.put("expertBatch", batch);
        progress.step("switching", rounds + 1, rounds + 2);
        switchMicros(json);
        return json;
    }

    /** Of the median round. */
    private static double overhead(double[] seconds, double[] before) {
        return median(ratios(seconds, before)) - 1;
    }

    /** Standard error of the median. */
    private static double overheadError(double[] seconds, double[] before) {
        return 1.25 * spread(ratios(seconds, before)) / Math.sqrt(seconds.length);
    }

    /** Round by round, because the machine's speed changes from one to the next. */
    private static double[] ratios(double[] seconds, double[] before) {
        double[] ratios = new double[seconds.length];
        Arrays.setAll(ratios, i -> seconds[i] / before[i]);
        return ratios;
    }

    /** Seconds of {@link #STEPS} decoding steps, [use][round]; the first use is the base alone, without resident experts. */
    private double[][] decodeSeconds(List<IntFunction<String>> uses) {
        int context = BenchmarkEngine.PROMPT_TOKENS + STEPS + 1;
        try (TransformerExecutor alone = TransformerExecutors.load(TransformerExecutors.OURS, base, Optional.empty(), batch, context);
                TransformerExecutor resident = TransformerExecutors.load(TransformerExecutors.OURS, base, Optional.of(experts), batch, context)) {
            List<String> bases = Collections.nCopies(batch, GenerationRequest.BASE);
            List<int[]> prompts = Collections.nCopies(batch, new int[BenchmarkEngine.PROMPT_TOKENS]);
            TransformerExecutors.feed(alone, 0, prompts, bases);
            TransformerExecutors.feed(resident, 0, prompts, bases);
            double[][] seconds = new double[uses.size() + 1][rounds];
            for (int round = -1; round < rounds; round++) {
                progress.step("resident experts", round + 1, rounds + 2);
                seconds[0][Math.max(round, 0)] = decodeSeconds(alone, bases);
                for (int use = 0; use < uses.size(); use++) {
                    seconds[use + 1][Math.max(round, 0)] = decodeSeconds(resident, IntStream.range(0, batch).mapToObj(uses.get(use)).toList());
                }
            }
            return seconds;
        }
    }

    /** All rows from the end of their prompts: what they wrote before is written over. */
    private double decodeSeconds(TransformerExecutor executor, List<String> experts) {
        List<int[]> tokens = Collections.nCopies(batch, new int[1]);
        long start = System.nanoTime();
        for (int step = 0; step < STEPS; step++) {
            TransformerExecutors.feed(executor, BenchmarkEngine.PROMPT_TOKENS + step, tokens, experts);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /** One row, tokens with extraction and update in pairs (E E U U E E ...): each second token is a switch. Both experts have one shape. */
    private void switchMicros(ObjectNode json) {
        int context = BenchmarkEngine.PROMPT_TOKENS + 2;
        try (TransformerExecutor executor = TransformerExecutors.load(TransformerExecutors.OURS, base, Optional.of(experts), 1, context)) {
            String[] pair = {Stage.EXTRACTION.expertName(), Stage.UPDATE.expertName()};
            int[] prompt = new int[BenchmarkEngine.PROMPT_TOKENS];
            TransformerExecutors.feed(executor, 0, List.of(prompt), List.of(pair[0]));
            double[] same = new double[switches];
            double[] switched = new double[switches];
            for (int i = -10; i < 2 * switches; i++) {
                String expert = pair[Math.floorMod(i, 4) / 2];
                long start = System.nanoTime();
                TransformerExecutors.feed(executor, prompt.length, List.of(new int[1]), List.of(expert));
                double micros = (System.nanoTime() - start) / 1e3;
                if (i >= 0) {
                    (i % 2 == 0 ? switched : same)[i / 2] = micros;
                }
            }
            json.put("switchMicros", median(switched) - median(same));
            json.put("switchMicrosError", 1.25 * Math.sqrt(spread(same) * spread(same) + spread(switched) * spread(switched)) / Math.sqrt(switches));
            json.put("tokenMicros", median(same));
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length % 2 == 1 ? sorted[sorted.length / 2] : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
    }

    /** Standard deviation as the middle half of the values shows it. */
    private static double spread(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[3 * sorted.length / 4] - sorted[sorted.length / 4]) / 1.349;
    }
}
