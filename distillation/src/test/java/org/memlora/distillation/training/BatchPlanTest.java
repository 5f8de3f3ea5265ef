package org.memlora.distillation.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.memlora.models.transformer.Precision;
import org.memlora.models.transformer.TrainableTransformer;
import org.memlora.models.transformer.TrainableTransformer.Row;

class BatchPlanTest {

    private static TrainingSettings settings(long seed) {
        return new TrainingSettings(1e-3, TrainingSettings.Schedule.LINEAR, 0, 0, 0, 6, 200, 3, 0, 5, 8, 0, 10, seed, Precision.FLOAT32);
    }

    /** Lists of memories of 40 to 80 tokens, each with one to four questions. */
    private static List<Row> rows() {
        Random random = new Random(1);
        List<Row> rows = new ArrayList<>();
        for (int list = 0; list < 10; list++) {
            int[] memories = random.ints(40 + random.nextInt(40), 0, 1000).toArray();
            for (int question = 0; question <= list % 4; question++) {
                int[] tokens = Arrays.copyOf(memories, memories.length + 12);
                for (int i = memories.length; i < tokens.length; i++) {
                    tokens[i] = random.nextInt(1000);
                }
                rows.add(new Row(tokens, tokens.length - 3));
            }
        }
        return rows;
    }

    @Test
    void eachExampleStandsOnceInAnEpochInAnOrderOfTheSeed() {
        List<Row> rows = rows();
        BatchPlan plan = new BatchPlan(rows, settings(1));
        int perEpoch = BatchPlan.stepsPerEpoch(6, rows.size());
        List<Row> first = new ArrayList<>();
        List<Row> second = new ArrayList<>();
        for (int step = 0; step < perEpoch; step++) {
            assertThat(plan.step(step)).hasSizeBetween(1, 6);
            first.addAll(plan.step(step));
            second.addAll(plan.step(perEpoch + step));
        }
        assertThat(first).containsExactlyInAnyOrderElementsOf(rows);
        assertThat(second).containsExactlyInAnyOrderElementsOf(rows).isNotEqualTo(first);
        // The same from a plan that begins in the middle, as after a resumption.
        assertThat(new BatchPlan(rows, settings(1)).step(perEpoch + 1)).isEqualTo(plan.step(perEpoch + 1));
        assertThat(new BatchPlan(rows, settings(2)).step(0)).isNotEqualTo(plan.step(0));
    }

    @Test
    void questionsToTheSameMemoriesStayTogetherAndMicroBatchesAreBounded() {
        List<Row> rows = rows();
        assertThat(BatchPlan.groups(rows, 6)).hasSize(10);
        List<List<Row>> batches = BatchPlan.microBatches(rows, 200);
        assertThat(batches.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(rows);
        for (List<Row> batch : batches) {
            assertThat(TrainableTransformer.packedTokens(batch)).isLessThanOrEqualTo(200);
        }
        int separate = rows.stream().mapToInt(row -> row.tokens().length - 1).sum();
        int packed = batches.stream().mapToInt(TrainableTransformer::packedTokens).sum();
        System.out.println("tokens packed and apart: " + packed + ", " + separate);
        assertThat(packed).isLessThan(separate * 2 / 3);
        assertThat(BatchPlan.microBatches(rows, 10)).as("a group longer than the bound runs alone").hasSize(10);
    }
}
