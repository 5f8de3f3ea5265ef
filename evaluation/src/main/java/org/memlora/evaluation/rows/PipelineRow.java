package org.memlora.evaluation.rows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.memlora.evaluation.questions.EvaluatedQuestion;
import org.memlora.evaluation.questions.EvaluationData;
import org.memlora.models.LanguageModel;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.operators.Stage;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AnswerStatus;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.demo.Dialogue;
import org.memlora.topology.demo.DialogueStream;
import org.memlora.topology.serving.EmbeddedPipeline;
import org.memlora.topology.serving.ModelPipeline;
import org.memlora.topology.serving.StageMeter;

/** Streams the conversations, then the health suite, through the real pipeline in this process. */
public final class PipelineRow {

    private final EvaluationData data;
    private final Dialogue health;
    private final TextEmbedder embedder;
    private final RowProgress progress;

    /** @param health an empty dialogue = without */
    public PipelineRow(EvaluationData data, Dialogue health, TextEmbedder embedder, RowProgress progress) {
        this.data = data;
        this.health = health;
        this.embedder = embedder;
        this.progress = progress;
    }

    /** @throws IllegalStateException if the pipeline stopped before all questions were answered */
    public RowOutcome run(RowName name, LanguageModel model) throws IOException, InterruptedException {
        StageMeter meter = new StageMeter();
        LanguageModel view = ModelViews.withExperts(model, name.stages());
        Collected conversations = new Collected(name, "events");
        double seconds;
        try (EmbeddedPipeline pipeline = EmbeddedPipeline.start("memlora-evaluation");
                MemoryWorker worker = pipeline.worker(ModelPipeline.operators(view, embedder, meter))) {
            long start = System.nanoTime();
            stream(data.dialogue(), pipeline, worker, conversations);
            seconds = (System.nanoTime() - start - meter.of(Stage.GENERATION).nanos()) / 1e9;
        }
        List<MemoryOperation> healthOperations = health.events().isEmpty() ? List.of() : healthOperations(name, view);
        return new RowOutcome(name, answers(conversations), conversations.operations, conversations.letters, healthOperations, meter,
                Optional.of(data.turns() / seconds));
    }

    /** In a pipeline and with a meter of its own, so that the figures are those of the data. */
    private List<MemoryOperation> healthOperations(RowName name, LanguageModel view) throws IOException, InterruptedException {
        Collected collected = new Collected(name, "events of the health suite");
        try (EmbeddedPipeline pipeline = EmbeddedPipeline.start("memlora-health");
                MemoryWorker worker = pipeline.worker(ModelPipeline.operators(view, embedder, new StageMeter()))) {
            stream(health, pipeline, worker, collected);
        }
        return collected.operations;
    }

    private static void stream(Dialogue dialogue, EmbeddedPipeline pipeline, MemoryWorker worker, Collected collected) throws InterruptedException {
        DialogueStream stream = new DialogueStream(dialogue);
        if (!stream.run(pipeline.client(), worker, collected)) {
            throw new IllegalStateException("The pipeline left " + stream.unanswered() + " questions unanswered"
                    + worker.failure().map(failure -> ": " + failure.getMessage()).orElse(", no news came for " + DialogueStream.STALL.toMinutes() + " minutes") + ".");
        }
    }

    private List<RowOutcome.RowAnswer> answers(Collected collected) {
        List<RowOutcome.RowAnswer> answers = new ArrayList<>();
        for (EvaluatedQuestion question : data.questions()) {
            Answer answer = collected.answers.get(List.of(question.bankId(), question.eventId()));
            if (answer == null) {
                throw new IllegalStateException("question " + question.eventId() + " of bank " + question.bankId() + " has no answer");
            }
            answers.add(new RowOutcome.RowAnswer(question, answer.getStatus() == AnswerStatus.ANSWERED ? answer.getText() : "",
                    answer.getMemories().stream().map(memory -> new RowOutcome.ReadMemory(memory.getMemoryId(), memory.getText(), memory.getScore(),
                            memory.getValidFrom(), Optional.ofNullable(memory.getValidTo()), List.copyOf(memory.getSourceEventIds()))).toList()));
        }
        return answers;
    }

    private final class Collected implements DialogueStream.Listener {
        final List<MemoryOperation> operations = new ArrayList<>();
        final List<FailedEvent> letters = new ArrayList<>();
        final Map<List<String>, Answer> answers = new HashMap<>();
        private final RowName row;
        private final String unit;

        Collected(RowName row, String unit) {
            this.row = row;
            this.unit = unit;
        }

        @Override
        public void news(List<MemoryOperation> newOperations, List<Answer> newAnswers, List<FailedEvent> newLetters) {
            operations.addAll(newOperations);
            letters.addAll(newLetters);
            newAnswers.forEach(answer -> answers.put(List.of(answer.getBankId(), answer.getQuestionEventId()), answer));
        }

        @Override
        public void progress(int done, int total) {
            progress.step(row, unit, done, total);
        }
    }
}
