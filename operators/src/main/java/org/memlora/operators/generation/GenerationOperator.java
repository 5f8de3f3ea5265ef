package org.memlora.operators.generation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.LanguageModel;
import org.memlora.operators.OperatorSettings;
import org.memlora.operators.Stage;
import org.memlora.operators.StageFailure;
import org.memlora.operators.StageModel;

/** Stage 3: questions and the memories read for them to answers (paper, section 3.1). Threading: may be called by all threads. */
public final class GenerationOperator {

    private final StageModel model;
    private final OperatorSettings settings;

    public GenerationOperator(LanguageModel model, OperatorSettings settings) {
        this.model = new StageModel(model, Stage.GENERATION);
        this.settings = settings;
    }

    /** One batched model call; one answer per question, in order. */
    public List<GeneratedAnswer> answer(List<QuestionContext> questions) {
        StageModel.Batch batch = model.run(questions.stream().map(question -> model.request(question.bankId(),
                GenerationPrompt.messages(question, model.hasExpert()), GenerationPrompt.GRAMMAR, settings.answerTokens())).toList());
        List<GeneratedAnswer> answers = new ArrayList<>(questions.size());
        for (int i = 0; i < questions.size(); i++) {
            Completion completion = batch.completions().get(i);
            String eventId = questions.get(i).questionEventId();
            Optional<String> text = Optional.empty();
            Optional<String> declined = Optional.empty();
            if (completion.finishReason() != FinishReason.FAILED) {
                AnswerGrounding grounding = new AnswerGrounding(questions.get(i));
                String said = grounding.withoutInventedItems(GenerationPrompt.parse(completion.text()));
                declined = grounding.somebodyElse(said);
                text = Optional.of(declined.isPresent() ? GenerationPrompt.NOT_MENTIONED : said);
            }
            answers.add(new GeneratedAnswer(eventId, text, model.expert(), batch.usage(i), failures(eventId, completion), declined));
        }
        return answers;
    }

    private static List<StageFailure> failures(String eventId, Completion completion) {
        return switch (completion.finishReason()) {
            case STOP -> List.of();
            case LENGTH -> List.of(failure("TOKEN_LIMIT: the answer was cut off at " + completion.completionTokens() + " tokens",
                    completion.text(), eventId));
            case FAILED -> List.of(failure("MODEL_FAILED: " + completion.error().orElse("no reason given"), completion.text(), eventId));
        };
    }

    private static StageFailure failure(String reason, String rawText, String eventId) {
        return new StageFailure(Stage.GENERATION, reason, rawText, List.of(eventId));
    }
}
