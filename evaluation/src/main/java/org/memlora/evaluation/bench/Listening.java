package org.memlora.evaluation.bench;

import java.util.ArrayList;
import java.util.List;
import org.memlora.models.Completion;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;

/** Keeps what a model is asked, and its own words: an operator changes some of them afterwards. Threading: one thread. */
final class Listening implements LanguageModel {

    private final LanguageModel model;
    private final List<GenerationRequest> heard = new ArrayList<>();
    private final List<String> said = new ArrayList<>();

    Listening(LanguageModel model) {
        this.model = model;
    }

    List<GenerationRequest> heard() {
        return heard;
    }

    /** One for each request, in their order; empty where the model failed. */
    List<String> said() {
        return said;
    }

    @Override
    public ModelInfo info() {
        return model.info();
    }

    @Override
    public List<Completion> generate(List<GenerationRequest> requests) {
        List<Completion> completions = model.generate(requests);
        heard.addAll(requests);
        completions.forEach(completion -> said.add(completion.text()));
        return completions;
    }

    @Override
    public void close() {
        model.close();
    }
}
