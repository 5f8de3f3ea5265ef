package org.memlora.models.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationRequest;
import org.memlora.models.ModelInfo;
import org.memlora.models.PictureRequest;
import org.memlora.models.VisionLanguageModel;

/**
 * A {@link ScriptedLanguageModel} that also looks at pictures, as a test writes down. What its function throws, {@link #look} throws.
 * Threading: may be called by all threads.
 */
public final class ScriptedVisionModel implements VisionLanguageModel {

    private final ScriptedLanguageModel language;
    private final Function<PictureRequest, Completion> sees;
    private final List<List<PictureRequest>> looks = new CopyOnWriteArrayList<>();
    private Runnable onClose = () -> { };

    public ScriptedVisionModel(ScriptedLanguageModel language, Function<PictureRequest, Completion> sees) {
        this.language = language;
        this.sees = sees;
    }

    /** Run by {@link #close}. */
    public ScriptedVisionModel onClose(Runnable action) {
        onClose = action;
        return this;
    }

    public static Completion said(String text) {
        return said(text, FinishReason.STOP);
    }

    public static Completion said(String text, FinishReason reason) {
        return new Completion(text, reason, 70, 3, 1_000, 1_000, Optional.empty());
    }

    /** The calls so far, each with its requests. */
    public List<List<PictureRequest>> looks() {
        return List.copyOf(looks);
    }

    @Override
    public ModelInfo info() {
        return language.info();
    }

    @Override
    public List<Completion> generate(List<GenerationRequest> requests) {
        return language.generate(requests);
    }

    @Override
    public List<Completion> look(List<PictureRequest> requests) {
        looks.add(List.copyOf(requests));
        List<Completion> completions = new ArrayList<>();
        requests.forEach(request -> completions.add(sees.apply(request)));
        return completions;
    }

    @Override
    public void close() {
        language.close();
        onClose.run();
    }
}
