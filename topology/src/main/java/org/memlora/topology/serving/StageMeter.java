package org.memlora.topology.serving;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.memlora.models.Completion;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;
import org.memlora.models.PictureRequest;
import org.memlora.models.VisionLanguageModel;
import org.memlora.operators.Stage;

/** Counts a model's work per stage. Threading: may be called by all threads. */
public final class StageMeter {

    /**
     * @param cachedTokens of the promptTokens, those that were not run again
     * @param prefillNanos the model's own time for the prompts; overlapping calls share it
     * @param decodeNanos the same for the outputs
     * @param nanos wall time within the model; calls that overlap count twice
     */
    public record Work(long calls, long requests, long promptTokens, long cachedTokens, long outputTokens, long prefillNanos,
            long decodeNanos, long nanos) {

        static final Work NONE = new Work(0, 0, 0, 0, 0, 0, 0, 0);

        private static Work of(List<Completion> completions, long nanos) {
            return new Work(1, completions.size(), sum(completions, Completion::promptTokens), sum(completions, Completion::cachedTokens),
                    sum(completions, Completion::completionTokens), sum(completions, Completion::prefillNanos),
                    sum(completions, Completion::decodeNanos), nanos);
        }

        private static long sum(List<Completion> completions, ToLongFunction<Completion> value) {
            return completions.stream().mapToLong(value).sum();
        }

        private Work plus(Work other) {
            return new Work(calls + other.calls, requests + other.requests, promptTokens + other.promptTokens,
                    cachedTokens + other.cachedTokens, outputTokens + other.outputTokens, prefillNanos + other.prefillNanos,
                    decodeNanos + other.decodeNanos, nanos + other.nanos);
        }
    }

    private final Map<Stage, Work> work = new EnumMap<>(Stage.class);
    private final Map<Stage, Integer> running = new EnumMap<>(Stage.class);

    /** The model as one stage sees it; closing it does nothing. */
    public LanguageModel of(Stage stage, LanguageModel model) {
        return new LanguageModel() {
            @Override
            public ModelInfo info() {
                return model.info();
            }

            @Override
            public List<Completion> generate(List<GenerationRequest> requests) {
                return counted(stage, requests.size(), () -> model.generate(requests));
            }

            @Override
            public void close() { }
        };
    }

    /** The model as the vision stage sees it; closing it does nothing. */
    public VisionLanguageModel ofVision(VisionLanguageModel model) {
        LanguageModel language = of(Stage.VISION, model);
        return new VisionLanguageModel() {
            @Override
            public ModelInfo info() {
                return model.info();
            }

            @Override
            public List<Completion> generate(List<GenerationRequest> requests) {
                return language.generate(requests);
            }

            @Override
            public List<Completion> look(List<PictureRequest> requests) {
                return counted(Stage.VISION, requests.size(), () -> model.look(requests));
            }

            @Override
            public void close() { }
        };
    }

    private List<Completion> counted(Stage stage, int requests, Supplier<List<Completion>> call) {
        long start = System.nanoTime();
        begin(stage, requests);
        List<Completion> completions;
        try {
            completions = call.get();
        } finally {
            begin(stage, -requests);
        }
        add(stage, Work.of(completions, System.nanoTime() - start));
        return completions;
    }

    /** What the model works on, e.g. "extraction, 16 requests"; empty between calls. */
    public synchronized String running() {
        return running.entrySet().stream().filter(entry -> entry.getValue() > 0)
                .map(entry -> entry.getKey().word() + ", " + entry.getValue()
                        + (entry.getValue() == 1 ? " request" : " requests")).collect(Collectors.joining("; "));
    }

    public synchronized Work of(Stage stage) {
        return work.getOrDefault(stage, Work.NONE);
    }

    private synchronized void begin(Stage stage, int requests) {
        running.merge(stage, requests, Integer::sum);
    }

    private synchronized void add(Stage stage, Work more) {
        work.merge(stage, more, Work::plus);
    }
}
