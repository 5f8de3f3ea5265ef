package org.memlora.models.generation;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.memlora.models.Completion;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;
import org.memlora.models.generation.ContinuousBatcher.Tokenised;
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
        Completion[] completions = new Completion[requests.size()];
        List<Tokenised> servable = new ArrayList<>(requests.size());
        for (int i = 0; i < completions.length; i++) {
            completions[i] = refuse(requests.get(i), servable).orElse(null);
        }
        List<CompletableFuture<Completion>> futures = List.of();
        try {
            futures = batcher.submit(servable);
            Iterator<CompletableFuture<Completion>> next = futures.iterator();
            for (int i = 0; i < completions.length; i++) {
                completions[i] = completions[i] == null ? next.next().get() : completions[i];
            }
            return List.of(completions);
        } catch (InterruptedException | ExecutionException e) {
            futures.forEach(future -> future.cancel(true));
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return requests.stream().map(r -> Completion.failed("the wait for the model was interrupted")).toList();
        }
    }

    /** Why a request can't be served; empty: it was added to the servable ones. */
    private Optional<Completion> refuse(GenerationRequest request, List<Tokenised> servable) {
        int[] prompt;
        try {
            prompt = tokenizer.encodeChat(request.prompt());
        } catch (RuntimeException e) {
            return Optional.of(Completion.failed("the prompt can't be tokenised: " + e));
        }
        Optional<Completion> refusal = refuse(prompt, request);
        if (refusal.isEmpty()) {
            servable.add(new Tokenised(prompt, request));
        }
        return refusal;
    }

    private Optional<Completion> refuse(int[] prompt, GenerationRequest request) {
        if (!request.expert().equals(GenerationRequest.BASE) && !info.experts().contains(request.expert())) {
            return Optional.of(Completion.failed("the expert \"" + request.expert()
                    + "\" is not resident; resident are " + info.experts().stream().sorted().toList()));
        }
        if (prompt.length >= executor.contextTokens()) {
            return Optional.of(Completion.failed("the prompt has " + prompt.length
                    + " tokens, the context of " + executor.contextTokens() + " leaves no room for a completion"));
        }
        return Optional.empty();
    }

    /**
     * Answers a prompt that is tokens already, e.g. with those of a picture in it; {@code request}'s own messages are not read. Blocks while
     * the queue is full. The future ends with a completion, never with an exception, unless cancelled.
     */
    public CompletableFuture<Completion> submit(int[] prompt, GenerationRequest request) throws InterruptedException {
        Optional<Completion> refusal = refuse(prompt, request);
        return refusal.isPresent() ? CompletableFuture.completedFuture(refusal.get()) : batcher.submit(prompt, request);
    }

    @Override
    public void close() {
        batcher.close();
        executor.close();
    }
}
