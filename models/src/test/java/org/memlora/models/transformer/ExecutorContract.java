package org.memlora.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.memlora.models.transformer.TransformerExecutor.KeyValuePrefix;
import org.memlora.models.transformer.TransformerExecutor.RowInput;

/** What every executor must do, as largest differences of logits to the plain way; each needs two rows. */
public final class ExecutorContract {

    private static final int[] ALL = {};

    private ExecutorContract() { }

    /** The largest difference of all that follows, for a prompt of at least 12 tokens and an expert. */
    public static float largestDifference(TransformerExecutor executor, int[] prompt, String expert) {
        float most = 0;
        for (int tokens : new int[] {1, 8, prompt.length - 1}) {
            most = Math.max(most, restoredPrefix(executor, prompt, tokens, expert));
        }
        most = Math.max(most, severalPositions(executor, prompt, 6, expert, "qv"));
        most = Math.max(most, severalPositions(executor, prompt, prompt.length, expert, "qv"));
        return Math.max(most, candidates(executor, prompt, new int[] {42, 3, 99, 17}, expert));
    }

    /** Row 1 starts from a prefix of row 0, after row 0 went on with other tokens. */
    private static float restoredPrefix(TransformerExecutor executor, int[] prompt, int prefixTokens, String expert) {
        float[] full = executor.forward(List.of(new RowInput(0, 0, prompt, expert))).get(0)[0];
        try (KeyValuePrefix prefix = executor.savePrefix(0, prefixTokens)) {
            assertThat(prefix.tokens()).isEqualTo(prefixTokens);
            assertThat(prefix.bytes()).isPositive();
            executor.forward(List.of(new RowInput(0, 0, new int[] {7, 8, 9}, expert), new RowInput(1, 0, new int[] {4}, expert)));
            float most = 0;
            for (int row : new int[] {1, 0, 1}) {
                executor.restorePrefix(prefix, row);
                int[] rest = Arrays.copyOfRange(prompt, prefixTokens, prompt.length);
                float[] logits = executor.forward(List.of(new RowInput(row, prefixTokens, rest, expert))).get(0)[0];
                most = Math.max(most, ReferenceModel.maxDifference(logits, full));
            }
            return most;
        }
    }

    /** The last {@code count} positions in one call, beside another row, against one call per position. */
    private static float severalPositions(TransformerExecutor executor, int[] prompt, int count, String expert, String neighbour) {
        int first = prompt.length - count;
        float[][] together = executor.forward(List.of(new RowInput(1, 0, new int[] {5, 6}, neighbour, 0, ALL),
                new RowInput(0, 0, prompt, expert, count, ALL))).get(1);
        assertThat(together.length).isEqualTo(count);
        float most = 0;
        for (int i = 0; i < count; i++) {
            int[] part = Arrays.copyOf(prompt, first + i + 1);
            float[] alone = executor.forward(List.of(new RowInput(0, 0, part, expert))).get(0)[0];
            most = Math.max(most, ReferenceModel.maxDifference(together[i], alone));
        }
        return most;
    }

    /** A few tokens' logits in the order asked for, beside rows with other tokens or all, against the whole row's. */
    private static float candidates(TransformerExecutor executor, int[] prompt, int[] candidates, String expert) {
        float[][] whole = executor.forward(List.of(new RowInput(0, 0, prompt, expert, 2, ALL))).get(0);
        int[] others = {candidates[0], 1, 0};
        float most = 0;
        for (int[] beside : new int[][] {others, ALL}) {
            List<float[][]> found = executor.forward(List.of(new RowInput(0, 0, prompt, expert, 2, candidates),
                    new RowInput(1, 0, prompt, expert, 1, beside)));
            for (int position = 0; position < 2; position++) {
                most = Math.max(most, ReferenceModel.maxDifference(found.get(0)[position], pick(whole[position], candidates)));
            }
            most = Math.max(most, ReferenceModel.maxDifference(found.get(1)[0], pick(whole[1], beside)));
        }
        return most;
    }

    private static float[] pick(float[] values, int[] ids) {
        if (ids.length == 0) {
            return values;
        }
        float[] picked = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            picked[i] = values[ids[i]];
        }
        return picked;
    }
}
