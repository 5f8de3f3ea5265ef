package org.memlora.evaluation.rows;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.memlora.models.ChatMessage;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationOptions;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;
import org.memlora.models.grammar.Grammar;
import org.memlora.operators.Stage;

/** One model as the rows see it. Closing a view does nothing. */
public final class ModelViews {

    private ModelViews() { }

    /** Hides the experts of all other stages. */
    static LanguageModel withExperts(LanguageModel model, Set<Stage> stages) {
        Set<String> visible = new HashSet<>(stages.stream().map(Stage::expertName).toList());
        visible.retainAll(model.info().experts());
        return view(model.info().withExperts(visible), model::generate);
    }

    /** With these experts only, each under its stage's name, whatever its own is. */
    static LanguageModel withExperts(LanguageModel model, Map<Stage, String> experts) {
        Map<String, String> own = new HashMap<>();
        experts.forEach((stage, expert) -> own.put(stage.expertName(), expert));
        Map<String, Double> least = new HashMap<>();
        own.forEach((stage, expert) -> Optional.ofNullable(model.info().leastConfidence().get(expert)).ifPresent(value -> least.put(stage, value)));
        ModelInfo info = new ModelInfo(model.info().base(), model.info().contextTokens(), own.keySet(), least);
        return view(info, requests -> model.generate(requests.stream().map(request -> new GenerationRequest(request.prompt(),
                own.getOrDefault(request.expert(), request.expert()), request.grammar(), request.options(), request.tenant())).toList()));
    }

    /**
     * Remembers greedy completions: rows that share a stage pay for it once. What is measured in time must come first,
     * as it finds nothing remembered. Threading: may be called by all threads.
     */
    public static LanguageModel remembering(LanguageModel model) {
        Map<Key, Completion> remembered = new ConcurrentHashMap<>();
        return view(model.info(), requests -> {
            List<Completion> completions = new ArrayList<>(requests.stream().map(request -> remembered.get(Key.of(request))).toList());
            List<GenerationRequest> missing = new ArrayList<>();
            for (int i = 0; i < requests.size(); i++) {
                if (completions.get(i) == null) {
                    missing.add(requests.get(i));
                }
            }
            List<Completion> made = missing.isEmpty() ? List.of() : model.generate(missing);
            int next = 0;
            for (int i = 0; i < requests.size(); i++) {
                if (completions.get(i) == null) {
                    Completion completion = made.get(next++);
                    completions.set(i, completion);
                    if (completion.finishReason() != FinishReason.FAILED && requests.get(i).options().temperature() == 0) {
                        remembered.put(Key.of(requests.get(i)), completion);
                    }
                }
            }
            return completions;
        });
    }

    /** A request without its tenant. */
    private record Key(List<ChatMessage> prompt, String expert, Optional<Grammar> grammar, GenerationOptions options) {
        static Key of(GenerationRequest request) {
            return new Key(request.prompt(), request.expert(), request.grammar(), request.options());
        }
    }

    @FunctionalInterface
    private interface Generate {
        List<Completion> run(List<GenerationRequest> requests);
    }

    private static LanguageModel view(ModelInfo info, Generate generate) {
        return new LanguageModel() {
            @Override
            public ModelInfo info() {
                return info;
            }

            @Override
            public List<Completion> generate(List<GenerationRequest> requests) {
                return generate.run(requests);
            }

            @Override
            public void close() { }
        };
    }
}
