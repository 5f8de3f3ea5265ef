package org.memlora.evaluation.scale;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;
import org.memlora.operators.Stage;

/** A model by rule: each turn is a fact, each fact is added, each answer is yes. A call takes a fixed time, whatever is in it. Threading: any. */
final class ScaleModel implements LanguageModel {

    private final Duration call;

    ScaleModel(Duration call) {
        this.call = call;
    }

    @Override
    public ModelInfo info() {
        return new ModelInfo("scripted", 2048,
                Set.of(Stage.EXTRACTION.expertName(), Stage.UPDATE.expertName(), Stage.GENERATION.expertName()));
    }

    @Override
    public List<Completion> generate(List<GenerationRequest> requests) {
        try {
            Thread.sleep(call.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<Completion> completions = new ArrayList<>(requests.size());
        for (GenerationRequest request : requests) {
            String text = reply(request);
            completions.add(new Completion(text, FinishReason.STOP, 1, 1, 0, 0, Optional.empty()));
        }
        return completions;
    }

    private static String reply(GenerationRequest request) {
        if (request.expert().equals(Stage.EXTRACTION.expertName())) {
            return request.prompt().get(request.prompt().size() - 1).content().lines().map(line -> "- " + line.replaceFirst(":", ""))
                    .collect(Collectors.joining("\n"));
        }
        return request.expert().equals(Stage.UPDATE.expertName()) ? "ADD" : "yes";
    }

    @Override
    public void close() { }
}
