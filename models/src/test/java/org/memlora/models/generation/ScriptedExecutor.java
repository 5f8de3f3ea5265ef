package org.memlora.models.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.memlora.models.transformer.TransformerExecutor;

/** Logits are random but fixed by the row's tokens so far and its expert; positions must follow one another. */
public final class ScriptedExecutor implements TransformerExecutor {
    private final int vocabulary;
    private final int context;
    private final int[][] histories;
    public final List<List<RowInput>> calls = new CopyOnWriteArrayList<>();
    public volatile Consumer<List<RowInput>> before = inputs -> { };

    public ScriptedExecutor(int rows, int context, int vocabulary) {
        this.histories = new int[rows][0];
        this.context = context;
        this.vocabulary = vocabulary;
    }

    @Override public int rows() { return histories.length; }
    @Override public int contextTokens() { return context; }
    @Override public int vocabularySize() { return vocabulary; }

    @Override public List<float[]> forward(List<RowInput> inputs) {
        calls.add(inputs);
        before.accept(inputs);
        if (inputs.isEmpty() || inputs.stream().map(RowInput::row).distinct().count() != inputs.size()) {
            throw new AssertionError("bad call " + inputs);
        }
        List<float[]> all = new ArrayList<>();
        for (RowInput in : inputs) {
            int[] old = histories[in.row()];
            if (in.startPosition() > old.length || in.tokens().length == 0
                    || in.startPosition() + in.tokens().length > context) {
                throw new AssertionError("gap or overflow in row " + in.row());
            }
            int[] now = Arrays.copyOf(old, in.startPosition() + in.tokens().length);
            System.arraycopy(in.tokens(), 0, now, in.startPosition(), in.tokens().length);
            histories[in.row()] = now;
            SplittableRandom random = new SplittableRandom(31L * Arrays.hashCode(now) + in.expert().hashCode());
            float[] logits = new float[vocabulary];
            for (int i = 0; i < vocabulary; i++) {
                logits[i] = (float) random.nextDouble() * 4;
            }
            all.add(logits);
        }
        return all;
    }

    @Override public void close() { }
}
