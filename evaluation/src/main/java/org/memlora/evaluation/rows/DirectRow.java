package org.memlora.evaluation.rows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.memlora.evaluation.questions.EvaluatedQuestion;
import org.memlora.evaluation.questions.EvaluationData;
import org.memlora.models.ChatMessage;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationOptions;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.operators.OperatorSettings;
import org.memlora.operators.Stage;
import org.memlora.operators.generation.GeneratedAnswer;
import org.memlora.operators.generation.GenerationOperator;
import org.memlora.operators.generation.QuestionContext;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.topology.serving.StageMeter;

/** Answers without a pipeline: from nothing, or from turns as they were said. */
public final class DirectRow {

    private static final int AT_ONCE = 32;
    private static final String NO_MEMORY = "Answer the question with as few words as possible and no full sentence.";

    private final EvaluationData data;
    private final TurnMemories turns;
    private final RowProgress progress;

    public DirectRow(EvaluationData data, TextEmbedder embedder, RowProgress progress) {
        this.data = data;
        this.turns = new TurnMemories(data, embedder);
        this.progress = progress;
    }

    public RowOutcome run(RowName name, LanguageModel model) {
        StageMeter meter = new StageMeter();
        LanguageModel measured = meter.of(Stage.GENERATION, ModelViews.withExperts(model, name.stages()));
        GenerationOperator generation = new GenerationOperator(measured, OperatorSettings.DEFAULT);
        List<EvaluatedQuestion> questions = data.questions();
        List<RowOutcome.RowAnswer> answers = new ArrayList<>();
        for (int from = 0; from < questions.size(); from += AT_ONCE) {
            List<EvaluatedQuestion> some = questions.subList(from, Math.min(questions.size(), from + AT_ONCE));
            answers.addAll(name == RowName.NO_MEMORY ? fromNothing(some, measured) : fromTurns(name, some, generation));
            progress.step(name, "questions", answers.size(), questions.size());
        }
        return new RowOutcome(name, answers, List.of(), List.of(), List.of(), meter, Optional.empty());
    }

    private static List<RowOutcome.RowAnswer> fromNothing(List<EvaluatedQuestion> questions, LanguageModel model) {
        var completions = model.generate(questions.stream().map(question -> new GenerationRequest(
                List.of(ChatMessage.system(NO_MEMORY), ChatMessage.user(question.text())), GenerationRequest.BASE, Optional.empty(),
                GenerationOptions.greedy(OperatorSettings.DEFAULT.answerTokens()))).toList());
        List<RowOutcome.RowAnswer> answers = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            boolean failed = completions.get(i).finishReason() == FinishReason.FAILED;
            answers.add(new RowOutcome.RowAnswer(questions.get(i), failed ? "" : completions.get(i).text().strip(), List.of()));
        }
        return answers;
    }

    private List<RowOutcome.RowAnswer> fromTurns(RowName name, List<EvaluatedQuestion> questions, GenerationOperator generation) {
        List<List<ScoredMemory>> memories = questions.stream().map(question -> switch (name) {
            case LAST_TURNS -> turns.last(question);
            case GOLD_EVIDENCE -> turns.evidence(question);
            default -> turns.nearest(question);
        }).toList();
        List<QuestionContext> contexts = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            if (!memories.get(i).isEmpty()) {
                EvaluatedQuestion question = questions.get(i);
                contexts.add(new QuestionContext(question.bankId(), question.eventId(), question.text(), question.time(), memories.get(i)));
            }
        }
        var generated = contexts.isEmpty() ? List.<GeneratedAnswer>of() : generation.answer(contexts);
        List<RowOutcome.RowAnswer> answers = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < questions.size(); i++) {
            String text = memories.get(i).isEmpty() ? "" : generated.get(next++).text().orElse("");
            List<RowOutcome.ReadMemory> read = new ArrayList<>(memories.get(i).stream().map(DirectRow::read).toList());
            if (name == RowName.LAST_TURNS) {
                Collections.reverse(read);   // the prompt has the oldest first, the latest are the nearest
            }
            answers.add(new RowOutcome.RowAnswer(questions.get(i), text, read));
        }
        return answers;
    }

    private static RowOutcome.ReadMemory read(ScoredMemory scored) {
        return new RowOutcome.ReadMemory(scored.memory().id(), scored.memory().text(), scored.score(), scored.memory().validFrom(),
                scored.memory().validTo(), scored.memory().sourceEventIds());
    }
}
