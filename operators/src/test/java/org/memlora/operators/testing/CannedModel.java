package org.memlora.operators.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;

/** A model that keeps its batches apart and may end a completion at the token limit; for what ScriptedLanguageModel can't say. */
public final class CannedModel implements LanguageModel {

    public final List<List<GenerationRequest>> batches = new ArrayList<>();
    private final ModelInfo info;
    private final Function<GenerationRequest, Completion> reply;

    public CannedModel(Function<GenerationRequest, Completion> reply) {
        this(Set.of(), reply);
    }

    public CannedModel(Set<String> experts, Function<GenerationRequest, Completion> reply) {
        this(new ModelInfo("canned", 2048, experts), reply);
    }

    public CannedModel(ModelInfo info, Function<GenerationRequest, Completion> reply) {
        this.info = info;
        this.reply = reply;
    }

    public static Completion completion(String text, FinishReason reason) {
        return new Completion(text, reason, 10, 5, 1, 1, Optional.empty());
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    @Override
    public List<Completion> generate(List<GenerationRequest> requests) {
        batches.add(requests);
        return requests.stream().map(reply).toList();
    }

    @Override
    public void close() { }
}
