package org.memlora.topology.serving;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.InterruptException;
import org.memlora.models.Completion;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;

/** Makes each call in a thread of its own and gives it up after a time. Closing it does nothing. Threading: as the model's. */
final class WatchedModel implements LanguageModel {

    private static final AtomicInteger CALLS = new AtomicInteger();

    private final LanguageModel model;
    private final Duration limit;

    WatchedModel(LanguageModel model, Duration limit) {
        this.model = model;
        this.limit = limit;
    }

    @Override
    public ModelInfo info() {
        return model.info();
    }

    /** @throws ModelHangError if the model has not answered within the limit */
    @Override
    public List<Completion> generate(List<GenerationRequest> requests) {
        FutureTask<List<Completion>> call = new FutureTask<>(() -> model.generate(requests));
        Thread thread = new Thread(call, "model-call-" + CALLS.incrementAndGet());
        thread.setDaemon(true);
        thread.start();
        try {
            return call.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            call.cancel(true);
            throw new ModelHangError("A model call with " + requests.size() + " requests did not come back within " + limit.toSeconds()
                    + " s (three times batch.worst.ms): the model hangs; start the worker again.");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        } catch (InterruptedException e) {
            call.cancel(true);
            throw new InterruptException("interrupted in a model call", e);
        }
    }

    @Override
    public void close() { }
}
