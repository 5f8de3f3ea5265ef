package org.memlora.topology.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.models.bases.FolderTree;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.schemas.Answer;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.serving.EmbeddedPipeline;
import org.memlora.topology.serving.ScriptedPipeline;
import org.memlora.topology.serving.StageMeter;

class KeptPipelineIT {

    @Test
    void aKeptFolderGoesOnWhereItWasAndSaysNothingTwiceAlsoWithoutItsStores(@TempDir Path folder) throws Exception {
        Path half = dialogue(folder, 3);
        Path whole = dialogue(folder, 6);
        ScriptedLanguageModel model = ScriptedPipeline.model(Duration.ZERO);

        Collected first = stream(folder.resolve("kept"), half, model);
        FolderTree.delete(folder.resolve("kept/state"));
        Collected second = stream(folder.resolve("kept"), whole, model);

        assertThat(first.operations).hasSizeGreaterThanOrEqualTo(3);
        assertThat(second.operations).hasSizeGreaterThan(first.operations.size()).startsWith(first.operations.toArray(MemoryOperation[]::new))
                .extracting(MemoryOperation::getOperationId).doesNotHaveDuplicates();
        assertThat(second.answers).extracting(Answer::getQuestionEventId).doesNotHaveDuplicates().hasSize(2);
        assertThat(first.differences).isEmpty();
        assertThat(second.differences).isEmpty();
    }

    private static Path dialogue(Path folder, int turns) throws IOException {
        String lines = IntStream.rangeClosed(1, turns).mapToObj(i -> """
                {"type": "turn", "bank": "ann", "id": "t%d", "time": "2025-03-%02dT10:00:00Z", "speaker": "Ann", "text": "Number %d is a %s"}
                """.formatted(i, i, i, List.of("", "heron", "lantern", "teapot", "saddle", "violin", "walnut").get(i))).collect(Collectors.joining());
        return Files.writeString(folder.resolve(turns + ".jsonl"), lines + """
                {"type": "question", "bank": "ann", "id": "q%d", "time": "2025-03-20T10:00:00Z", "text": "What is number 1?"}
                """.formatted(turns));
    }

    private static Collected stream(Path kept, Path file, ScriptedLanguageModel model) throws Exception {
        Collected collected = new Collected();
        try (EmbeddedPipeline pipeline = EmbeddedPipeline.in(kept, "kept");
                MemoryWorker worker = pipeline.worker(ScriptedPipeline.operators(model, new StageMeter()))) {
            assertThat(new DialogueStream(DialogueReader.read(file).closed()).run(pipeline.client(), worker, collected)).isTrue();
            TrailReplay replay = new TrailReplay();
            collected.operations.forEach(replay::apply);
            collected.differences = replay.differences(worker);
        }
        return collected;
    }

    private static final class Collected implements DialogueStream.Listener {
        private final List<MemoryOperation> operations = new ArrayList<>();
        private final List<Answer> answers = new ArrayList<>();
        private List<String> differences;

        @Override
        public void news(List<MemoryOperation> newOperations, List<Answer> newAnswers, List<FailedEvent> letters) {
            operations.addAll(newOperations);
            answers.addAll(newAnswers);
        }

        @Override
        public void progress(int done, int total) { }
    }
}
