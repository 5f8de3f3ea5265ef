package org.memlora.models.vision;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.memlora.models.Completion;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.LanguageModels;
import org.memlora.models.ModelInfo;
import org.memlora.models.PictureRequest;
import org.memlora.models.VisionLanguageModel;
import org.memlora.models.bases.BaseResolver;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.vision.embedded.EyesFolder;

/** A base with embedded eyes that is loaded when the first picture comes: most workers see none for long. A failed load is tried again at the next. */
public final class LateVisionModel implements VisionLanguageModel {

    private final ModelInfo info;
    private final Supplier<LanguageModel> loader;
    private VisionLanguageModel loaded;
    private boolean closed;

    /** @param info of the model that {@code loader} gives, as far as pictures need it; it must be a {@link VisionLanguageModel} */
    LateVisionModel(ModelInfo info, Supplier<LanguageModel> loader) {
        this.info = info;
        this.loader = loader;
    }

    /** The base's files are fetched now. @throws RuntimeException with one sentence as its message if they can't be, or the experts have no eyes */
    public static LateVisionModel of(LanguageModels.Request request, DownloadProgress progress) {
        Path folder = request.experts().filter(VisionModels::haveEyes).map(experts -> experts.resolve(VisionModels.EXPERT))
                .orElseThrow(() -> new IllegalArgumentException("The experts of " + request.base() + " in "
                        + request.experts().filter(Files::isDirectory).map(Path::toString).orElse("(none)") + " have no eyes, expected "
                        + VisionModels.EXPERT + "/" + EyesFolder.FILE + " there: train them with ./memlora distill, or give --eyes none."));
        EyesFolder.encoderFor(folder);
        BaseResolver.standard(progress).resolve(request.base());
        return new LateVisionModel(new ModelInfo(request.base(), request.contextTokens(), Set.of(VisionModels.EXPERT)),
                () -> LanguageModels.load(request, DownloadProgress.none()));
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    @Override
    public List<Completion> generate(List<GenerationRequest> requests) {
        return model().generate(requests);
    }

    @Override
    public List<Completion> look(List<PictureRequest> requests) {
        return model().look(requests);
    }

    private synchronized VisionLanguageModel model() {
        if (closed) {
            throw new IllegalStateException("the model for pictures is closed");
        }
        if (loaded == null) {
            loaded = (VisionLanguageModel) loader.get();
        }
        return loaded;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (loaded != null) {
            loaded.close();
        }
    }
}
