package org.memlora.evaluation.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.memlora.models.transformer.TransformerExecutor;

/** A transformer executor of this project. */
final class ExecutorEngine implements BenchmarkEngine {

    private final TransformerExecutor executor;
    private final IntFunction<String> expertOfRow;
    private final SplittableRandom random = new SplittableRandom(BenchSettings.SEED);

    /** @param executor is closed with this object */
    ExecutorEngine(TransformerExecutor executor, IntFunction<String> expertOfRow) {
        this.executor = executor;
        this.expertOfRow = expertOfRow;
    }

    @Override
    public Run run(int batch, int outputTokens) {
        List<String> experts = new ArrayList<>();
        List<int[]> prompts = new ArrayList<>();
        for (int row = 0; row < batch; row++) {
            experts.add(expertOfRow.apply(row));
            prompts.add(random.ints(PROMPT_TOKENS, 0, executor.vocabularySize()).toArray());
        }
        long start = System.nanoTime();
        List<float[]> logits = TransformerExecutors.feed(executor, 0, prompts, experts);
        long read = System.nanoTime();
        for (int step = 0; step < outputTokens; step++) {
            List<int[]> tokens = logits.stream().map(row -> new int[] {TransformerExecutors.argmax(row)}).toList();
            logits = TransformerExecutors.feed(executor, PROMPT_TOKENS + step, tokens, experts);
        }
        return new Run((long) batch * PROMPT_TOKENS, read - start, (long) batch * outputTokens, System.nanoTime() - read);
    }

    @Override
    public void close() {
        executor.close();
    }
}
