package org.memlora.models;

import java.util.List;

/**
 * A base model with its LoRA experts. Each request names its expert, so one batch may mix them.
 *
 * <p>Threading: one instance per worker, called by all stream threads; requests of concurrent callers share batches.
 */
public interface LanguageModel extends AutoCloseable {

    ModelInfo info();

    /**
     * Answers each request, in the order given. A request that can't be served (prompt longer than the context,
     * a failure inside the model) yields {@link FinishReason#FAILED} and leaves the others unharmed.
     */
    List<Completion> generate(List<GenerationRequest> requests);

    @Override
    void close();
}
