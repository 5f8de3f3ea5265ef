package org.memlora.models;

import java.util.Optional;
import org.memlora.models.LanguageModels.Request;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.vision.LateVisionModel;

/**
 * What a worker runs: a model for text, and one that looks at pictures, which may be the same. {@link #close} closes both.
 *
 * @param eyes empty = pictures count by their captions
 */
public record WorkerModels(LanguageModel language, Optional<VisionLanguageModel> eyes) implements AutoCloseable {

    /** One model for both, if it can look at pictures. */
    public static WorkerModels of(LanguageModel model) {
        return new WorkerModels(model, model instanceof VisionLanguageModel seeing ? Optional.of(seeing) : Optional.empty());
    }

    /**
     * @param eyes what looks at pictures if the model for text can't: its files are fetched now, it is loaded when the first picture comes
     * @throws RuntimeException as {@link LanguageModels#load}
     */
    public static WorkerModels load(Request language, Optional<Request> eyes, DownloadProgress progress) {
        WorkerModels alone = of(LanguageModels.load(language, progress));
        if (alone.eyes.isPresent() || eyes.isEmpty()) {
            return alone;
        }
        try {
            return new WorkerModels(alone.language, Optional.of(LateVisionModel.of(eyes.get(), progress)));
        } catch (RuntimeException e) {
            alone.close();
            throw e;
        }
    }

    @Override
    public void close() {
        language.close();
        eyes.filter(seeing -> seeing != language).ifPresent(LanguageModel::close);
    }
}
