package org.memlora.operators.update;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.memlora.models.Completion;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.operators.StageModel;
import org.memlora.operators.StageUsage;

/**
 * Decisions of the update stage with a margin before a DELETE: it retires a memory, so the model must be sure of it. One that it is less sure of
 * than a limit is asked for again with a grammar that has no DELETE, so that the next best operation counts.
 */
public final class UpdateDecisions {

    /** Of the grammars of this stage, which are few outcomes, the probability of the one chosen. */
    private final double deleteConfidence;

    /** @param deleteConfidence 0 .. 1; 0 = every DELETE counts */
    public UpdateDecisions(double deleteConfidence) {
        this.deleteConfidence = deleteConfidence;
    }

    /** One decision. {@code unsureDelete}: it stands in the place of a DELETE. */
    public record Decided(Completion completion, boolean unsureDelete, StageUsage usage) { }

    /**
     * At most two batched calls; one decision per request, in order.
     *
     * @param candidates memories shown in each request
     */
    public List<Decided> decide(LanguageModel model, List<GenerationRequest> requests, List<Integer> candidates) {
        return decide(batch -> new StageModel.Batch(model.generate(batch), 0), requests, candidates);
    }

    List<Decided> decide(Function<List<GenerationRequest>, StageModel.Batch> model, List<GenerationRequest> requests, List<Integer> candidates) {
        StageModel.Batch batch = model.apply(requests);
        List<Decided> decided = new ArrayList<>(IntStream.range(0, requests.size())
                .mapToObj(i -> new Decided(batch.completions().get(i), false, batch.usage(i))).toList());
        int[] unsure = IntStream.range(0, requests.size()).filter(i -> isUnsureDelete(batch.completions().get(i))).toArray();
        if (unsure.length > 0) {
            StageModel.Batch again = model.apply(IntStream.of(unsure).mapToObj(i -> requests.get(i).within(UpdatePrompt.sparing(candidates.get(i)))).toList());
            for (int i = 0; i < unsure.length; i++) {
                decided.set(unsure[i], new Decided(again.completions().get(i), true, batch.usage(unsure[i]).plus(again.usage(i))));
            }
        }
        return decided;
    }

    private boolean isUnsureDelete(Completion completion) {
        return completion.text().startsWith(MemoryOperation.DELETE.name()) && completion.confidence() < deleteConfidence;
    }
}
