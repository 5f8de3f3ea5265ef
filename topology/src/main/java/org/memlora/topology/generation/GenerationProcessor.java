package org.memlora.topology.generation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.memlora.models.GenerationRequest;
import org.memlora.operators.Stage;
import org.memlora.operators.StageFailure;
import org.memlora.operators.StageUsage;
import org.memlora.operators.generation.GeneratedAnswer;
import org.memlora.operators.generation.GenerationOperator;
import org.memlora.operators.generation.QuestionContext;
import org.memlora.operators.memory.Words;
import org.memlora.operators.vision.VisionOperator;
import org.memlora.operators.vision.VisionPrompt;
import org.memlora.schemas.Answer;
import org.memlora.topology.flow.DeadLetters;
import org.memlora.topology.flow.Names;
import org.memlora.topology.flow.QuestionBatch;
import org.memlora.topology.flow.QuestionBatch.PreparedQuestion;
import org.memlora.topology.flow.StageCalls;
import org.memlora.topology.monitoring.PipelineMetrics;
import org.memlora.topology.vision.PictureLoader;

/** Gives each question exactly one answer: from a picture where it asks about one that can be seen, else from its memories. */
public final class GenerationProcessor implements Processor<String, QuestionBatch, String, Object> {

    private final GenerationOperator operator;
    private final StageCalls calls;
    private final Optional<PictureAnswers> looks;
    private final AnswerRecords answers;
    private final int told;
    private final PipelineMetrics metrics;
    private ProcessorContext<String, Object> context;

    /** A question that the memories answer. {@code note}: why no picture was looked at; {@code vision}: work on the attempt. */
    private record Remembered(PreparedQuestion question, Optional<String> note, StageUsage vision) { }

    /**
     * @param vision empty = questions about pictures are answered from memories
     * @param told how many of the memories read the model is told
     * @param model name of the base that answers from memories, for the answers
     */
    public GenerationProcessor(GenerationOperator operator, Optional<VisionOperator> vision, PictureLoader pictures, StageCalls calls, int told,
            String model, PipelineMetrics metrics) {
        this.looks = vision.map(eyes -> new PictureAnswers(eyes, pictures, calls, metrics));
        this.metrics = metrics;
        this.operator = operator;
        this.calls = calls;
        this.told = told;
        this.answers = new AnswerRecords(model, vision.map(VisionOperator::base));
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
    }

    @Override
    public void process(Record<String, QuestionBatch> record) {
        List<Remembered> answerable = new ArrayList<>();
        List<PreparedQuestion> toLook = new ArrayList<>();
        for (PreparedQuestion question : record.value().questions()) {
            if (looks.isPresent() && PictureAnswers.asksForALook(question)) {
                toLook.add(question);
            } else if (question.failure().isPresent()) {
                StageFailure failure = question.failure().get();
                deadLetter(question, failure);
                answer(question, answers.failed(question, failure.reason()));
            } else if (question.memories().isEmpty()) {
                answer(question, answers.noMemories(question));
            } else {
                answerable.add(new Remembered(question, Optional.empty(), StageUsage.NONE));
            }
        }
        KeyValueStore<Bytes, byte[]> pictures = context.getStateStore(Names.PICTURES_STORE);
        looks.ifPresent(eyes -> eyes.look(toLook, pictures).forEach(look -> looked(look).ifPresent(answerable::add)));
        generate(answerable);
    }

    /** Answers from the picture, or leaves the question to the memories: empty = it is answered. A picture in hand is all that it asks about. */
    private Optional<Remembered> looked(PictureAnswers.Look look) {
        look.answer().failures().forEach(failure -> deadLetter(look.question(), failure));
        boolean tells = look.answer().text().filter(text -> !Words.normalised(text).equals(VisionPrompt.NOT_VISIBLE)).isPresent();
        if (tells || look.isInHand()) {
            answer(look.question(), answers.looked(look.question(), look.through().stream().toList(), look.answer()));
            return Optional.empty();
        }
        String reason = look.obstacle().or(() -> look.answer().failures().stream().findFirst().map(StageFailure::reason))
                .orElse(look.answer().text().isPresent() ? "NOT_VISIBLE: the picture shared earlier doesn't tell" : "EMPTY_ANSWER: the model said nothing of the picture");
        return Optional.of(new Remembered(look.question(), Optional.of(reason), look.answer().usage()));
    }

    private void generate(List<Remembered> questions) {
        List<GeneratedAnswer> generated = calls.call(questions,
                some -> metrics.stage(Stage.GENERATION, () -> operator.answer(some.stream().map(this::context).toList())),
                (one, e) -> new GeneratedAnswer(one.question.item().eventId(), Optional.empty(), GenerationRequest.BASE, StageUsage.NONE,
                        List.of(new StageFailure(Stage.GENERATION, StageCalls.reason(e), "", List.of(one.question.item().eventId())))));
        for (int i = 0; i < generated.size(); i++) {
            PreparedQuestion question = questions.get(i).question;
            generated.get(i).failures().forEach(failure -> deadLetter(question, failure));
            answer(question, answers.answered(question, generated.get(i), questions.get(i).note, questions.get(i).vision));
        }
    }

    private QuestionContext context(Remembered one) {
        PreparedQuestion question = one.question;
        return new QuestionContext(question.item().bankId(), question.item().eventId(), question.item().text(),
                question.item().time(), question.memories(), told);
    }

    private void answer(PreparedQuestion question, Answer answer) {
        context.forward(new Record<>(question.item().bankId(), answer, question.item().timestamp()), Names.OUTBOX);
    }

    private void deadLetter(PreparedQuestion question, StageFailure failure) {
        context.forward(DeadLetters.failed(question.item().bankId(), failure, question.item().time(),
                question.item().events(), question.item().timestamp()), Names.OUTBOX);
    }
}
