package org.memlora.models.vision;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.memlora.models.Completion;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.LanguageModels;
import org.memlora.models.ModelInfo;
import org.memlora.models.OpenedBase;
import org.memlora.models.PictureRequest;
import org.memlora.models.VisionLanguageModel;
import org.memlora.models.bases.BaseResolver;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.lora.ExpertLoader;
import org.memlora.models.vision.embedded.EyesFolder;
import org.memlora.models.vision.embedded.SightConfig;

/**
 * A model for pictures that is loaded when the first one comes: most workers see none for long. A load that failed is tried again at the first
 * picture after a minute; until then the others fail with it, without the cost. Threading: may be called by all threads.
 */
public final class LateVisionModel implements VisionLanguageModel {
    private static final Duration FAILURE_STAYS = Duration.ofMinutes(1);

    private final ModelInfo info;
    private final Supplier<LanguageModel> loader;
    private final Duration failureStays;
    private VisionLanguageModel loaded;
    private RuntimeException failure;
    private long failedAt;
    private boolean closed;

    /** @param info of the model that {@code loader} gives, as far as pictures need it @param failureStays before a failed load is tried again */
    LateVisionModel(ModelInfo info, Supplier<LanguageModel> loader, Duration failureStays) {
        this.info = info;
        this.loader = loader;
        this.failureStays = failureStays;
    }

    /**
     * A base that sees by itself, or one whose experts have eyes. The base's files are fetched now, and checked as far as that is cheap.
     *
     * @throws RuntimeException with one sentence as its message if they can't be had, or don't fit
     */
    public static VisionLanguageModel of(LanguageModels.Request request, DownloadProgress progress) {
        Path base = BaseResolver.standard(progress).resolve(request.base());
        boolean sees = Files.isDirectory(base) && VisionFolder.isOne(base);
        if (!sees) {
            requireEyes(request, base);
        }
        Set<String> experts = request.experts().map(folder -> folder.resolve(VisionModels.EXPERT)).filter(Files::isDirectory).isPresent()
                ? Set.of(VisionModels.EXPERT) : Set.of();
        return new LateVisionModel(new ModelInfo(request.base(), request.contextTokens(), experts),
                () -> LanguageModels.load(request, DownloadProgress.none()), FAILURE_STAYS);
    }

    private static void requireEyes(LanguageModels.Request request, Path base) {
        Path experts = request.experts().filter(VisionModels::haveEyes).orElseThrow(() -> new IllegalArgumentException("The base " + request.base()
                + " sees nothing: its experts in " + request.experts().map(Path::toString).orElse("(none)") + " have no eyes, expected "
                + VisionModels.EXPERT + "/" + EyesFolder.FILE + " there; train them with ./memlora distill, or give --eyes none."));
        Path folder = experts.resolve(VisionModels.EXPERT);
        SightConfig.read(folder);
        EyesFolder.encoder(EyesFolder.encoderFor(folder));
        ExpertLoader.load(experts, OpenedBase.config(base));
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
        if (loaded != null) {
            return loaded;
        }
        if (failure != null && System.nanoTime() - failedAt < failureStays.toNanos()) {
            throw failure;
        }
        try {
            loaded = load();
            return loaded;
        } catch (RuntimeException e) {
            failure = e;
            failedAt = System.nanoTime();
            throw e;
        }
    }

    private VisionLanguageModel load() {
        LanguageModel model = loader.get();
        if (model instanceof VisionLanguageModel seeing) {
            return seeing;
        }
        model.close();
        throw new IllegalStateException("The base " + info.base() + " sees nothing any more: its experts lost their eyes since the start; restore "
                + VisionModels.EXPERT + "/" + EyesFolder.FILE + " and start the worker again.");
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (loaded != null) {
            loaded.close();
        }
    }
}
