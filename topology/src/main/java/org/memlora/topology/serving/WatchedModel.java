package org.memlora.topology.serving;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
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
import org.memlora.models.PictureRequest;
import org.memlora.models.VisionLanguageModel;

/** Makes each call in a thread of its own and gives it up after a time. Closing it does nothing. Threading: as the model's. */
class WatchedModel implements LanguageModel {

    private static final AtomicInteger CALLS = new AtomicInteger();

    private final LanguageModel model;
    private final Duration limit;

    private WatchedModel(LanguageModel model, Duration limit) {
        this.model = model;
        this.limit = limit;
    }

    /** For text alone, whatever else the model can. */
    static LanguageModel watchLanguage(LanguageModel model, Duration limit) {
        return new WatchedModel(model, limit);
    }

    static VisionLanguageModel watchEyes(VisionLanguageModel eyes, Duration limit) {
        return new Seeing(eyes, limit);
    }

    private static final class Seeing extends WatchedModel implements VisionLanguageModel {
        private final VisionLanguageModel eyes;

        Seeing(VisionLanguageModel eyes, Duration limit) {
            super(eyes, limit);
            this.eyes = eyes;
        }

        @Override
        public List<Completion> look(List<PictureRequest> requests) {
            return call(() -> eyes.look(requests), requests.size());
        }
    }

    @Override
    public ModelInfo info() {
        return model.info();
    }

    @Override
    public List<Completion> generate(List<GenerationRequest> requests) {
        return call(() -> model.generate(requests), requests.size());
    }

    /** @throws ModelHangError if the model has not answered within the limit */
    final List<Completion> call(Callable<List<Completion>> work, int requests) {
        FutureTask<List<Completion>> call = new FutureTask<>(work);
        Thread thread = new Thread(call, "model-call-" + CALLS.incrementAndGet());
        thread.setDaemon(true);
        thread.start();
        try {
            return call.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            call.cancel(true);
            throw new ModelHangError("A model call with " + requests + " requests did not come back within " + limit.toSeconds()
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
