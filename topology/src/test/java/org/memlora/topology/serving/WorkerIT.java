package org.memlora.topology.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AnswerStatus;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.MemoryRead;
import org.memlora.schemas.OperationKind;
import org.memlora.schemas.Topics;
import org.memlora.topology.MemoryWorker;

/** The real classes over an embedded broker and registry; only the model is scripted. */
class WorkerIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @Test
    void eventsBecomeOperationsAnswersAndDeadLetters(@TempDir Path folder) throws Exception {
        try (PipelineFixture pipeline = new PipelineFixture(folder, 2);
                MemoryWorker worker = ScriptedPipeline.worker(pipeline.broker.bootstrapServers(), pipeline.serdes,
                        folder.resolve("state"), ScriptedPipeline.model(Duration.ZERO))) {
            worker.start(TIMEOUT);
            pipeline.client.send(ScriptedPipeline.turn("cats", 1, "Ann", "I adopted a tabby kitten"));
            pipeline.client.send(ScriptedPipeline.turn("cats", 2, "Ben", "My dentist retired yesterday"));
            pipeline.client.send(ScriptedPipeline.turn("cats", 1, "Ann", "I adopted a tabby kitten"));
            pipeline.client.send(ScriptedPipeline.question("cats", 3, "Who adopted a kitten?"));
            pipeline.client.send(ScriptedPipeline.turn("dogs", 1, "Cleo", "poison makes the model fail"));
            pipeline.client.send(ScriptedPipeline.turn("dogs", 2, "", "A turn without a speaker"));
            pipeline.client.send(ScriptedPipeline.question("dogs", 3, "Who adopted a kitten?"));
            pipeline.client.flush();

            List<Answer> answers = pipeline.await(Topics.ANSWERS, TIMEOUT, all -> all.size() == 2);
            Answer cats = answers.stream().filter(answer -> answer.getBankId().equals("cats")).findFirst().orElseThrow();
            Answer dogs = answers.stream().filter(answer -> answer.getBankId().equals("dogs")).findFirst().orElseThrow();
            assertThat(cats.getStatus()).isEqualTo(AnswerStatus.ANSWERED);
            assertThat(cats.getText()).isEqualTo("yes");
            assertThat(cats.getMemories()).extracting(MemoryRead::getText).anyMatch(text -> text.contains("tabby kitten"));
            assertThat(dogs.getStatus()).isEqualTo(AnswerStatus.NO_MEMORIES);

            List<MemoryOperation> operations = pipeline.all(Topics.MEMORY_OPERATIONS);
            assertThat(operations).hasSize(2).allMatch(operation -> operation.getBankId().equals("cats"))
                    .allMatch(operation -> operation.getKind() == OperationKind.ADD);
            List<FailedEvent> letters = pipeline.all(Topics.DEAD_LETTERS);
            assertThat(letters).extracting(FailedEvent::getStage).contains("extraction");
            assertThat(letters).anyMatch(letter -> letter.getReason().contains("scripted failure"));
        }
    }

    @Test
    void aWorkerWithoutItsStateFolderGoesOnFromTheChangelogs(@TempDir Path folder) throws Exception {
        ScriptedLanguageModel model = ScriptedPipeline.model(Duration.ZERO);
        try (PipelineFixture pipeline = new PipelineFixture(folder, 2)) {
            try (MemoryWorker first = worker(pipeline, folder.resolve("first"), model)) {
                first.start(TIMEOUT);
                pipeline.client.send(ScriptedPipeline.turn("cats", 1, "Ann", "I adopted a tabby kitten"));
                pipeline.client.send(ScriptedPipeline.turn("cats", 2, "Ben", "My dentist retired yesterday"));
                pipeline.client.send(ScriptedPipeline.turn("cats", 3, "Ann", "Lanterns glow outside"));
                pipeline.client.flush();
                pipeline.await(Topics.MEMORY_OPERATIONS, TIMEOUT, all -> all.size() == 2);
            }
            try (MemoryWorker second = worker(pipeline, folder.resolve("second"), model)) {
                second.start(TIMEOUT);
                pipeline.client.send(ScriptedPipeline.turn("cats", 1, "Ann", "I adopted a tabby kitten"));
                pipeline.client.send(ScriptedPipeline.turn("cats", 4, "Ben", "Rain drums everywhere"));
                pipeline.client.send(ScriptedPipeline.question("cats", 5, "Who adopted a kitten?"));
                pipeline.client.flush();
                Answer answer = pipeline.await(Topics.ANSWERS, TIMEOUT, all -> !all.isEmpty()).get(0);

                assertThat(answer.getMemories()).extracting(MemoryRead::getText).anyMatch(text -> text.contains("tabby kitten"));
                assertThat(pipeline.all(Topics.MEMORY_OPERATIONS)).hasSize(4)
                        .extracting(MemoryOperation::getOperationId).doesNotHaveDuplicates();
                assertThat(pipeline.all(Topics.DEAD_LETTERS)).singleElement()
                        .matches(letter -> letter.getReason().startsWith("DUPLICATE_EVENT"));
                assertThat(model.requests()).as("the open turn found its partner").anyMatch(request ->
                        ScriptedLanguageModel.promptText(request).contains("Lanterns") && ScriptedLanguageModel.promptText(request).contains("Rain"));
            }
        }
    }

    private static MemoryWorker worker(PipelineFixture pipeline, Path state, ScriptedLanguageModel model) {
        return ScriptedPipeline.worker(pipeline.broker.bootstrapServers(), pipeline.serdes, state, model);
    }
}
