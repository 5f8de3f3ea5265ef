package org.memlora.topology.generation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.memlora.models.GenerationRequest;
import org.memlora.operators.Stage;
import org.memlora.operators.StageFailure;
import org.memlora.operators.StageUsage;
import org.memlora.operators.generation.GeneratedAnswer;
import org.memlora.operators.generation.GenerationOperator;
import org.memlora.operators.generation.QuestionContext;
import org.memlora.schemas.Answer;
import org.memlora.topology.flow.DeadLetters;
import org.memlora.topology.flow.Names;
import org.memlora.topology.flow.QuestionBatch;
import org.memlora.topology.flow.QuestionBatch.PreparedQuestion;
import org.memlora.topology.flow.StageCalls;
import org.memlora.topology.monitoring.PipelineMetrics;

/** Gives each question exactly one answer. */
public final class GenerationProcessor implements Processor<String, QuestionBatch, String, Object> {

    private final GenerationOperator operator;
    private final StageCalls calls;
    private final AnswerRecords answers;
    private final PipelineMetrics metrics;
    private ProcessorContext<String, Object> context;

    /** {@code model}: name of the base, for the answers. */
    public GenerationProcessor(GenerationOperator operator, StageCalls calls, String model, PipelineMetrics metrics) {
        this.metrics = metrics;
        this.operator = operator;
        this.calls = calls;
        this.answers = new AnswerRecords(model);
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
    }

    @Override
    public void process(Record<String, QuestionBatch> record) {
        List<PreparedQuestion> answerable = new ArrayList<>();
        for (PreparedQuestion question : record.value().questions()) {
            if (question.failure().isPresent()) {
                StageFailure failure = question.failure().get();
                deadLetter(question, failure);
                answer(question, answers.failed(question, failure.reason()));
            } else if (question.memories().isEmpty()) {
                answer(question, answers.noMemories(question));
            } else {
                answerable.add(question);
            }
        }
        generate(answerable);
    }

    private void generate(List<PreparedQuestion> questions) {
        List<GeneratedAnswer> generated = calls.call(questions,
                some -> metrics.stage(Stage.GENERATION, () -> operator.answer(some.stream().map(GenerationProcessor::context).toList())),
                (question, e) -> new GeneratedAnswer(question.item().eventId(), Optional.empty(), GenerationRequest.BASE, StageUsage.NONE,
                        List.of(new StageFailure(Stage.GENERATION, StageCalls.reason(e), "", List.of(question.item().eventId())))));
        for (int i = 0; i < generated.size(); i++) {
            PreparedQuestion question = questions.get(i);
            generated.get(i).failures().forEach(failure -> deadLetter(question, failure));
            answer(question, answers.answered(question, generated.get(i)));
        }
    }

    private static QuestionContext context(PreparedQuestion question) {
        return new QuestionContext(question.item().bankId(), question.item().eventId(), question.item().text(),
                question.item().time(), question.memories());
    }

    private void answer(PreparedQuestion question, Answer answer) {
        context.forward(new Record<>(question.item().bankId(), answer, question.item().timestamp()), Names.OUTBOX);
    }

    private void deadLetter(PreparedQuestion question, StageFailure failure) {
        context.forward(DeadLetters.failed(question.item().bankId(), failure, question.item().time(),
                question.item().events(), question.item().timestamp()), Names.OUTBOX);
    }
}
