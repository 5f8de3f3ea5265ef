package org.memlora.distillation.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.memlora.models.transformer.TrainableTransformer;
import org.memlora.models.transformer.TrainableTransformer.Row;

/**
 * Which examples each optimizer step sees: a function of seed and step alone, so that a resumed run sees the same ones.
 * Examples that share most of their prompt (questions to the same memories) go together, because the model runs a shared
 * beginning once. Within a step, examples are packed into micro-batches by length.
 */
final class BatchPlan {
    private final List<List<Row>> groups;
    private final TrainingSettings settings;
    private final List<List<Row>> epochSteps = new ArrayList<>();
    private final int stepsPerEpoch;
    private int epoch = -1;

    BatchPlan(List<Row> rows, TrainingSettings settings) {
        this.settings = settings;
        groups = groups(rows, settings.batchExamples());
        stepsPerEpoch = stepsPerEpoch(settings.batchExamples(), rows.size());
    }

    static int stepsPerEpoch(int batchExamples, int examples) {
        return (examples + batchExamples - 1) / batchExamples;
    }

    /** The examples of a step; each stands once in an epoch. */
    List<Row> step(int step) {
        if (epoch != step / stepsPerEpoch) {
            epoch = step / stepsPerEpoch;
            deal(new SplittableRandom(settings.seed() + 1_000_003L * (epoch + 1)));
        }
        return epochSteps.get(step % stepsPerEpoch);
    }

    /* A group that a step has no room for goes on in the next one. */
    private void deal(SplittableRandom random) {
        List<List<Row>> order = new ArrayList<>(groups);
        for (int i = order.size() - 1; i > 0; i--) {
            Collections.swap(order, i, random.nextInt(i + 1));
        }
        epochSteps.clear();
        List<Row> all = order.stream().flatMap(List::stream).toList();
        for (int from = 0; from < all.size(); from += settings.batchExamples()) {
            epochSteps.add(all.subList(from, Math.min(from + settings.batchExamples(), all.size())));
        }
    }

    /** Rows that share at least half of their tokens, at most {@code most} of them. */
    static List<List<Row>> groups(List<Row> rows, int most) {
        List<Row> sorted = new ArrayList<>(rows);
        sorted.sort((a, b) -> Arrays.compare(a.tokens(), b.tokens()));
        List<List<Row>> groups = new ArrayList<>();
        for (Row row : sorted) {
            List<Row> last = groups.isEmpty() ? List.of() : groups.get(groups.size() - 1);
            if (!last.isEmpty() && last.size() < most && sharesHalf(last.get(0), row)) {
                last.add(row);
            } else {
                groups.add(new ArrayList<>(List.of(row)));
            }
        }
        return groups;
    }

    private static boolean sharesHalf(Row a, Row b) {
        int difference = Arrays.mismatch(a.tokens(), b.tokens());
        return difference < 0 || 2 * difference >= Math.max(a.tokens().length, b.tokens().length);
    }

    /** Groups by their tokens, the largest first, each into the first micro-batch with room, so that little room stays empty. */
    static List<List<Row>> microBatches(List<Row> rows, int mostTokens) {
        List<List<Row>> sorted = groups(rows, rows.size());
        sorted.sort(Comparator.comparingInt(TrainableTransformer::packedTokens).reversed());
        List<List<Row>> batches = new ArrayList<>();
        List<Integer> room = new ArrayList<>();
        for (List<Row> group : sorted) {
            int tokens = TrainableTransformer.packedTokens(group);
            int at = 0;
            while (at < batches.size() && room.get(at) < tokens) {
                at++;
            }
            if (at == batches.size()) {
                batches.add(new ArrayList<>());
                room.add(mostTokens);
            }
            batches.get(at).addAll(group);
            room.set(at, room.get(at) - tokens);
        }
        return batches;
    }
}
