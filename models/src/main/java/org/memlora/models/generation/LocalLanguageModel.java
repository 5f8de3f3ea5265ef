package org.memlora.models.generation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.memlora.models.Completion;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;
import org.memlora.models.tokenizer.Tokenizer;
import org.memlora.models.transformer.TransformerExecutor;

/**
 * A language model in this process. A completion is cut where the context ends, if that comes before its token limit.
 * Threading: may be called by all threads; {@link #close} closes the executor, too.
 */
public final class LocalLanguageModel implements LanguageModel {

    private final ModelInfo info;
    private final TransformerExecutor executor;
    private final Tokenizer tokenizer;
    private final ContinuousBatcher batcher;

    public LocalLanguageModel(
            ModelInfo info, TransformerExecutor executor, Tokenizer tokenizer, BatcherSettings settings) {
        this.info = info;
        this.executor = executor;
        this.tokenizer = tokenizer;
        this.batcher = new ContinuousBatcher(executor, tokenizer, settings);
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    public GenerationStats stats() {
        return batcher.stats();
    }

    @Override
    public List<Completion> generate(List<GenerationRequest> requests) {
        List<CompletableFuture<Completion>> futures = new ArrayList<>(requests.size());
        try {
            for (GenerationRequest request : requests) {
                futures.add(submit(request));
            }
            List<Completion> completions = new ArrayList<>(futures.size());
            for (CompletableFuture<Completion> future : futures) {
                completions.add(future.get());
            }
            return List.copyOf(completions);
        } catch (InterruptedException | ExecutionException e) {
            futures.forEach(future -> future.cancel(true));
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return requests.stream().map(r -> Completion.failed("the wait for the model was interrupted")).toList();
        }
    }

    private CompletableFuture<Completion> submit(GenerationRequest request) throws InterruptedException {
        int[] prompt;
        try {
            prompt = tokenizer.encodeChat(request.prompt());
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(Completion.failed("the prompt can't be tokenised: " + e));
        }
        return submit(prompt, request);
    }

    /**
     * Answers a prompt that is tokens already, e.g. with those of a picture in it; {@code request}'s own messages are not read. Blocks while
     * the queue is full. The future ends with a completion, never with an exception, unless cancelled.
     */
    public CompletableFuture<Completion> submit(int[] prompt, GenerationRequest request) throws InterruptedException {
        if (!request.expert().equals(GenerationRequest.BASE) && !info.experts().contains(request.expert())) {
            return CompletableFuture.completedFuture(Completion.failed("the expert \"" + request.expert()
                    + "\" is not resident; resident are " + info.experts().stream().sorted().toList()));
        }
        if (prompt.length >= executor.contextTokens()) {
            return CompletableFuture.completedFuture(Completion.failed("the prompt has " + prompt.length
                    + " tokens, the context of " + executor.contextTokens() + " leaves no room for a completion"));
        }
        return batcher.submit(prompt, request);
    }

    @Override
    public void close() {
        batcher.close();
        executor.close();
    }
}
