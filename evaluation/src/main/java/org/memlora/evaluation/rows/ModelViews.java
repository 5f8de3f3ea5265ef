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

    /** Remembers greedy completions: rows that share a stage pay for it once. Threading: may be called by all threads. */
    public static final class Remembering implements LanguageModel {
        private final LanguageModel model;
        private final Map<Key, Remembered> remembered = new ConcurrentHashMap<>();
        private volatile int row;
        private volatile boolean tookFromAnotherRow;

        private record Remembered(Completion completion, int row) { }

        public Remembering(LanguageModel model) {
            this.model = model;
        }

        /** What is asked from now on is another row. */
        public void nextRow() {
            row++;
            tookFromAnotherRow = false;
        }

        /** Whether this row found something that another had computed: its time says nothing then. */
        public boolean tookFromAnotherRow() {
            return tookFromAnotherRow;
        }

        @Override
        public ModelInfo info() {
            return model.info();
        }

        @Override
        public List<Completion> generate(List<GenerationRequest> requests) {
            List<Completion> completions = new ArrayList<>(requests.stream().map(this::recalled).toList());
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
                        remembered.put(Key.of(requests.get(i)), new Remembered(completion, row));
                    }
                }
            }
            return completions;
        }

        private Completion recalled(GenerationRequest request) {
            Remembered found = remembered.get(Key.of(request));
            if (found != null && found.row != row) {
                tookFromAnotherRow = true;
            }
            return found == null ? null : found.completion;
        }

        /** Leaves the model open. */
        @Override
        public void close() { }
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
