package org.memlora.operators;

import java.util.List;
import java.util.Optional;
import org.memlora.models.ChatMessage;
import org.memlora.models.Completion;
import org.memlora.models.GenerationOptions;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;
import org.memlora.models.grammar.Grammar;

/** The model as one stage sees it: with the stage's expert where one is resident, else with the bare base. */
public final class StageModel {

    private final LanguageModel model;
    private final String expert;

    public StageModel(LanguageModel model, Stage stage) {
        this.model = model;
        this.expert = model.info().experts().contains(stage.expertName()) ? stage.expertName() : GenerationRequest.BASE;
    }

    /** Name of the expert that answers; {@link GenerationRequest#BASE} without one. */
    public String expert() {
        return expert;
    }

    /** True: the instruction lives in the expert's weights, so the short prompt is the right one (paper, section 3.2). */
    public boolean hasExpert() {
        return !expert.equals(GenerationRequest.BASE);
    }

    /** {@link ModelInfo#leastConfidence} of the expert; 0 = all its outputs count. */
    public double leastConfidence() {
        return model.info().leastConfidence(expert);
    }

    /** For a bank: where requests wait for the model, banks take turns. */
    public GenerationRequest request(String bankId, List<ChatMessage> prompt, Grammar grammar, int maxTokens) {
        return new GenerationRequest(prompt, expert, Optional.of(grammar), GenerationOptions.greedy(maxTokens), bankId);
    }

    /** One batched call. The usage counts every request as a call; its time is the wall time of the batch. */
    public Batch run(List<GenerationRequest> requests) {
        if (requests.isEmpty()) {
            return new Batch(List.of(), 0);
        }
        long start = System.nanoTime();
        List<Completion> completions = model.generate(requests);
        return new Batch(completions, System.nanoTime() - start);
    }

    /** Completions in the order of their requests; {@code nanos} is the batch's wall time. */
    public record Batch(List<Completion> completions, long nanos) {
        /** Tokens of one request; the time is its even share of the batch, so that shares add up to the wall time. */
        public StageUsage usage(int index) {
            Completion completion = completions.get(index);
            return new StageUsage(
                    1, completion.promptTokens(), completion.completionTokens(), nanos / completions.size());
        }
    }
}
