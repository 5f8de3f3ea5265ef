package org.memlora.models.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.memlora.models.transformer.TransformerExecutor;

/**
 * Logits are random but fixed by the row's tokens so far and its expert. Positions must follow one another, and a row
 * may only go on from tokens that its own expert ran.
 */
public final class ScriptedExecutor implements TransformerExecutor {

    private static final long BYTES_PER_TOKEN = 100;

    private final int vocabulary;
    private final int context;
    private final List<List<Fed>> histories = new ArrayList<>();
    public final List<List<RowInput>> calls = new CopyOnWriteArrayList<>();
    public final List<KeyValuePrefix> openPrefixes = new CopyOnWriteArrayList<>();
    public volatile Consumer<List<RowInput>> before = inputs -> { };
    public volatile Runnable beforePrefix = () -> { };
    /** The token that the model likes best after these, or -1 to leave it to chance. */
    public volatile ToIntFunction<int[]> favourite = tokens -> -1;

    /** As on a GPU. */
    public volatile boolean chooses;

    private record Fed(int token, String expert) { }

    public ScriptedExecutor(int rows, int context, int vocabulary) {
        for (int row = 0; row < rows; row++) {
            histories.add(List.of());
        }
        this.context = context;
        this.vocabulary = vocabulary;
    }

    @Override public int rows() { return histories.size(); }
    @Override public int contextTokens() { return context; }
    @Override public int vocabularySize() { return vocabulary; }
    @Override public boolean chooses() { return chooses; }

    @Override public List<float[][]> forward(List<RowInput> inputs) {
        calls.add(inputs);
        before.accept(inputs);
        if (inputs.isEmpty() || inputs.stream().map(RowInput::row).distinct().count() != inputs.size()) {
            throw new AssertionError("bad call " + inputs);
        }
        return inputs.stream().map(this::forward).toList();
    }

    private float[][] forward(RowInput in) {
        List<Fed> old = histories.get(in.row());
        if (in.startPosition() > old.size() || in.tokens().length == 0 || in.logits() > in.tokens().length
                || in.startPosition() + in.tokens().length > context) {
            throw new AssertionError("gap or overflow in row " + in.row());
        }
        List<Fed> now = new ArrayList<>(old.subList(0, in.startPosition()));
        if (now.stream().anyMatch(fed -> !fed.expert.equals(in.expert()))) {
            throw new AssertionError("row " + in.row() + " goes on from another expert's tokens as " + in.expert());
        }
        float[][] logits = new float[in.logits()][];
        for (int i = 0; i < in.tokens().length; i++) {
            now.add(new Fed(in.tokens()[i], in.expert()));
            int wanted = i - (in.tokens().length - in.logits());
            if (wanted >= 0) {
                float[] found = logits(now.stream().mapToInt(Fed::token).toArray(), in.expert(), in.candidates());
                logits[wanted] = in.choice() ? choice(found, in.candidates()) : found;
            }
        }
        histories.set(in.row(), now);
        return logits;
    }

    private float[] logits(int[] tokens, String expert, int[] candidates) {
        SplittableRandom random = new SplittableRandom(31L * Arrays.hashCode(tokens) + expert.hashCode());
        float[] all = new float[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
            all[i] = (float) random.nextDouble() * 4;
        }
        int liked = favourite.applyAsInt(tokens);
        if (liked >= 0) {
            all[liked] += 10;
        }
        if (candidates.length == 0) {
            return all;
        }
        float[] few = new float[candidates.length];
        for (int i = 0; i < few.length; i++) {
            few[i] = all[candidates[i]];
        }
        return few;
    }

    private static float[] choice(float[] logits, int[] candidates) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        double total = 0;
        for (float logit : logits) {
            total += Math.exp(logit - logits[best]);
        }
        return new float[] {candidates[best], (float) (1 / total)};
    }

    private final class Prefix implements KeyValuePrefix {
        private final List<Fed> fed;

        Prefix(List<Fed> fed) {
            this.fed = fed;
        }

        @Override public int tokens() { return fed.size(); }
        @Override public long bytes() { return BYTES_PER_TOKEN * fed.size(); }

        @Override public void close() {
            if (!openPrefixes.remove(this)) {
                throw new AssertionError("a prefix is closed twice");
            }
        }
    }

    @Override public KeyValuePrefix savePrefix(int row, int tokens) {
        beforePrefix.run();
        Prefix prefix = new Prefix(List.copyOf(histories.get(row).subList(0, tokens)));
        openPrefixes.add(prefix);
        return prefix;
    }

    @Override public void restorePrefix(KeyValuePrefix prefix, int row) {
        beforePrefix.run();
        if (!openPrefixes.contains(prefix)) {
            throw new AssertionError("a closed prefix is restored");
        }
        histories.set(row, ((Prefix) prefix).fed);
    }

    /** In so many of ten places the model goes on as after the last earlier place with the same tokens. */
    public void copy(int ofTen) {
        favourite = tokens -> {
            int copied = PromptLookup.continuation(tokens, tokens.length);
            return copied >= 0 && new SplittableRandom(Arrays.hashCode(tokens)).nextInt(10) < ofTen ? tokens[copied] : -1;
        };
    }

    /** Tokens of all calls so far. */
    public int fedTokens() {
        return calls.stream().flatMap(List::stream).mapToInt(in -> in.tokens().length).sum();
    }

    @Override public void close() { }
}
