package org.memlora.evaluation.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.memlora.models.GenerationRequest;
import org.memlora.models.OpenedBase;
import org.memlora.models.transformer.TransformerExecutor;
import org.memlora.operators.Stage;

/**
 * What resident experts cost: decoding with one expert against a base without any, a mixed batch against the dearest
 * single expert (generation, on all linear layers), and a switch of expert between two tokens of a row.
 */
final class ExpertCosts {

    private static final int STEPS = 16;
    private static final int ROUNDS = 3;

    private final OpenedBase base;
    private final Path experts;
    private final int batch;
    private final int switches;
    private final PartProgress progress;

    ExpertCosts(OpenedBase base, Path experts, int batch, boolean quick, PartProgress progress) {
        this.base = base;
        this.experts = experts;
        this.batch = batch;
        this.switches = quick ? 40 : 200;
        this.progress = progress;
    }

    ObjectNode measure() {
        progress.step("bare base", 0, 5);
        double bare = decodeSeconds(Optional.empty(), List.of(row -> GenerationRequest.BASE)).get(0);
        progress.step("experts", 1, 5);
        List<IntFunction<String>> uses = new ArrayList<>();
        uses.add(row -> GenerationRequest.BASE);
        RandomExperts.STAGES.forEach(stage -> uses.add(row -> stage.expertName()));
        uses.add(row -> RandomExperts.STAGES.get(row % RandomExperts.STAGES.size()).expertName());
        List<Double> seconds = decodeSeconds(Optional.of(experts), uses);
        double dearest = seconds.get(1 + RandomExperts.STAGES.indexOf(Stage.GENERATION));
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("expertOverhead", dearest / bare - 1);
        json.put("mixedOverhead", seconds.get(seconds.size() - 1) / dearest - 1);
        ObjectNode single = json.putObject("expertOverheads");
        single.put(GenerationRequest.BASE, seconds.get(0) / bare - 1);
        for (int i = 0; i < RandomExperts.STAGES.size(); i++) {
            single.put(RandomExperts.STAGES.get(i).expertName(), seconds.get(i + 1) / bare - 1);
        }
        json.put("expertBatch", batch);
        progress.step("switching", 4, 5);
        switchMicros(json);
        return json;
    }

    /** Median seconds of {@link #STEPS} decoding steps per use; the uses take turns, so that a slower minute hits all. */
    private List<Double> decodeSeconds(Optional<Path> resident, List<IntFunction<String>> uses) {
        int context = BenchmarkEngine.PROMPT_TOKENS + STEPS + 1;
        try (TransformerExecutor executor = TransformerExecutors.load(TransformerExecutors.OURS, base, resident, batch, context)) {
            double[][] seconds = new double[uses.size()][ROUNDS];
            for (int round = -1; round < ROUNDS; round++) {
                for (int use = 0; use < uses.size(); use++) {
                    double time = new ExecutorEngine(executor, uses.get(use)).run(batch, STEPS).decodeNanos() / 1e9;
                    if (round >= 0) {
                        seconds[use][round] = time;
                    }
                }
            }
            return Arrays.stream(seconds).map(ExpertCosts::median).toList();
        }
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
