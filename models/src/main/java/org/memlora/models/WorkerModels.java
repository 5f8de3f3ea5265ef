package org.memlora.models;

import java.util.Optional;
import java.util.function.Supplier;
import org.memlora.models.LanguageModels.Request;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.vision.LateVisionModel;

/**
 * What a worker runs: a model for text, and one that looks at pictures, which may be the same. {@link #close} closes both.
 *
 * @param eyes empty = pictures count by their captions
 */
public record WorkerModels(LanguageModel language, Optional<VisionLanguageModel> eyes) implements AutoCloseable {

    /** What looks at pictures. */
    public enum Eyes {
        /** The model for text if it can, else the other one, if there is one. */
        OWN_OR_OTHER,
        /** The other one. */
        OTHER,
        NONE
    }

    /** One model for both, if it can look at pictures. */
    public static WorkerModels of(LanguageModel model) {
        return new WorkerModels(model, model instanceof VisionLanguageModel seeing ? Optional.of(seeing) : Optional.empty());
    }

    /**
     * @param other what looks at pictures as {@code eyes} says: its files are fetched now, it is loaded when the first picture comes
     * @throws RuntimeException as {@link LanguageModels#load} and {@link LateVisionModel#of}; nothing stays open then
     */
    public static WorkerModels load(Request language, Eyes eyes, Optional<Request> other, DownloadProgress progress) {
        LanguageModel model = LanguageModels.load(language, progress);
        try {
            return with(model, eyes, () -> other.map(request -> LateVisionModel.of(request, progress)));
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    static WorkerModels with(LanguageModel model, Eyes eyes, Supplier<Optional<VisionLanguageModel>> other) {
        WorkerModels own = of(model);
        if (eyes == Eyes.NONE) {
            return new WorkerModels(model, Optional.empty());
        }
        return eyes == Eyes.OWN_OR_OTHER && own.eyes.isPresent() ? own : new WorkerModels(model, other.get());
    }

    @Override
    public void close() {
        try {
            language.close();
        } finally {
            eyes.filter(seeing -> seeing != language).ifPresent(LanguageModel::close);
        }
    }
}
