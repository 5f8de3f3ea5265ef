package org.memlora.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.memlora.topology.Events.forget;
import static org.memlora.topology.Events.lastTurn;
import static org.memlora.topology.Events.question;
import static org.memlora.topology.Events.turn;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.memlora.models.testing.HashEmbedder;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AnswerStatus;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.MemoryRead;
import org.memlora.schemas.OperationKind;
import org.memlora.schemas.StageUsage;
import org.memlora.topology.monitoring.PipelineMetrics;

/** What the graph does with good input. */
class MemoryTopologyTest {

    @Test
    void shouldAnswerFromWhatWasSaid() {
        try (TestPipeline pipeline = new TestPipeline()) {
            // When
            pipeline.send(turn("b1", "e1", 0, "Ann", "I adopted a cat named Milo."), turn("b1", "e2", 1, "Ben", "Rome was lovely, wasn't it?"),
                    question("b1", "q1", 2, "Which cat did Ann adopt?")).flush();

            // Then
            List<MemoryOperation> operations = pipeline.operations();
            assertThat(operations).extracting(MemoryOperation::getKind).containsExactly(OperationKind.ADD, OperationKind.ADD);
            assertThat(operations).extracting(MemoryOperation::getFactText)
                    .containsExactly("Ann said I adopted a cat named Milo.", "Ben said Rome was lovely, wasn't it?");
            assertThat(operations).extracting(MemoryOperation::getSourceEventIds).containsExactly(List.of("e1"), List.of("e2"));
            assertThat(operations).extracting(MemoryOperation::getTime).containsExactly(Events.at(0), Events.at(1));
            assertThat(operations).extracting(MemoryOperation::getDecidedBy).containsOnly("no-similar-memory");
            Answer answer = pipeline.answers().get(0);
            assertThat(answer.getStatus()).isEqualTo(AnswerStatus.ANSWERED);
            assertThat(answer.getQuestionEventId()).isEqualTo("q1");
            assertThat(answer.getBankId()).isEqualTo("b1");
            assertThat(answer.getQuestion()).isEqualTo("Which cat did Ann adopt?");
            assertThat(answer.getText()).startsWith("8 May 2023: Ann: I adopted a cat named Milo.");
            assertThat(answer.getReason()).isNull();
            assertThat(answer.getTime()).isEqualTo(Events.at(2));
            assertThat(answer.getModel()).isEqualTo("scripted");
            assertThat(answer.getExpert()).isEqualTo("generation");
            assertThat(answer.getMemories()).extracting(MemoryRead::getMemoryId).containsExactlyInAnyOrderElementsOf(
                    operations.stream().map(MemoryOperation::getMemoryId).toList());
            assertThat(answer.getMemories().get(0).getScore()).isGreaterThan(answer.getMemories().get(1).getScore());
            assertThat(answer.getMemories().get(0).getSourceEventIds()).containsExactly("e1");
            assertThat(answer.getUsage()).filteredOn(usage -> usage.getCalls() > 0).extracting(StageUsage::getStage)
                    .containsExactly("extraction", "generation");
            assertThat(answer.getUsage()).filteredOn(usage -> usage.getCalls() > 0)
                    .allMatch(usage -> usage.getCalls() == 1 && usage.getPromptTokens() > 0 && usage.getOutputTokens() > 0);
            assertThat(pipeline.deadLetters()).isEmpty();
        }
    }

    @Test
    void shouldDeclineToAnswerOfOneWithWhatWasSaidOfAnother() {
        try (TestPipeline pipeline = new TestPipeline()) {
            // Given
            pipeline.model.when(request -> request.expert().equals("generation"), "Milo");

            // When
            pipeline.send(lastTurn("b1", "e1", 0, "Ann", "My cat is Milo"), lastTurn("b1", "e2", 1, "Ben", "Rome was lovely"),
                    question("b1", "q1", 2, "What is the cat of Ben called?"), question("b1", "q2", 2, "What is the cat of Ann called?")).flush();

            // Then
            List<Answer> answers = pipeline.answers();
            assertThat(answers).extracting(Answer::getText).containsExactly("not mentioned", "Milo");
            assertThat(answers).extracting(Answer::getStatus).containsOnly(AnswerStatus.ANSWERED);
            assertThat(answers).extracting(Answer::getReason)
                    .containsExactly("SOMEBODY_ELSE: \"Milo\" stands in what is remembered of Ann, not of Ben", null);
            assertThat(pipeline.deadLetters()).as("nothing is lost").isEmpty();
        }
    }

    @Test
    void shouldCloseMemoryThatIsUpdated() {
        try (TestPipeline pipeline = new TestPipeline()) {
            // Given
            pipeline.model.when(request -> request.expert().equals("update"), "UPDATE 1");

            // When
            pipeline.send(lastTurn("b1", "e1", 0, "Ann", "I live in Rome"), lastTurn("b1", "e2", 5, "Ann", "I live in Oslo"),
                    question("b1", "q1", 6, "Where does Ann live?")).flush();

            // Then
            List<MemoryOperation> operations = pipeline.operations();
            assertThat(operations).extracting(MemoryOperation::getKind).containsExactly(OperationKind.ADD, OperationKind.UPDATE);
            assertThat(operations.get(1).getTargetMemoryId()).isEqualTo(operations.get(0).getMemoryId());
            assertThat(operations.get(1).getTargetText()).isEqualTo("Ann said I live in Rome");
            assertThat(pipeline.memories("b1")).filteredOn(memory -> memory.getText().contains("Rome"))
                    .singleElement().satisfies(old -> {
                        assertThat(old.getValidTo()).isEqualTo(Events.at(5));
                        assertThat(old.getSupersededBy()).isEqualTo(operations.get(1).getMemoryId());
                    });
            Answer answer = pipeline.answers().get(0);
            assertThat(answer.getMemories()).extracting(MemoryRead::getText)
                    .containsExactly("Ann said I live in Oslo", "Ann said I live in Rome");
            assertThat(answer.getUsage()).filteredOn(usage -> usage.getStage().equals("update")).extracting(StageUsage::getCalls)
                    .containsExactly(1);
        }
    }

    @Test
    void shouldNeverMixBanks() {
        try (TestPipeline pipeline = new TestPipeline()) {
            // When: one bank's id is the beginning of the other's, and all events have the same ids
            pipeline.send(turn("b", "e1", 0, "Ann", "My cat is Milo"), turn("bb", "e1", 0, "Zoe", "My cat is Otto"),
                    turn("b", "e2", 1, "Ben", "Mine is Tiger"), turn("bb", "e2", 1, "Yan", "Mine is Felix"),
                    question("b", "q", 2, "What is the cat called?"), question("bb", "q", 2, "What is the cat called?")).flush();

            // Then
            assertThat(pipeline.memoryTexts("b")).containsExactly("Ann said My cat is Milo", "Ben said Mine is Tiger");
            assertThat(pipeline.memoryTexts("bb")).containsExactly("Yan said Mine is Felix", "Zoe said My cat is Otto");
            assertThat(pipeline.answers()).extracting(Answer::getBankId, answer -> answer.getMemories().stream()
                            .map(MemoryRead::getText).sorted().toList())
                    .containsExactlyInAnyOrder(
                            org.assertj.core.groups.Tuple.tuple("b", pipeline.memoryTexts("b")),
                            org.assertj.core.groups.Tuple.tuple("bb", pipeline.memoryTexts("bb")));
            assertThat(pipeline.requests("extraction")).hasSize(2)
                    .noneMatch(prompt -> prompt.contains("Milo") && (prompt.contains("Otto") || prompt.contains("Felix")));
            assertThat(pipeline.operations()).extracting(MemoryOperation::getOperationId).doesNotHaveDuplicates().hasSize(4);
        }
    }

    @Test
    void shouldShowAQuestionExactlyTheTurnsBeforeIt() {
        try (TestPipeline pipeline = new TestPipeline()) {
            // When: everything is in one micro-batch
            pipeline.send(turn("b1", "e1", 0, "Ann", "Milo is a cat"), question("b1", "q1", 1, "Who?"),
                    turn("b1", "e2", 2, "Ann", "Rex barks loudly"), turn("b1", "e3", 3, "Ben", "Oslo has snow"),
                    question("b1", "q2", 4, "Who?"), question("b1", "q3", 5, "Where?"),
                    lastTurn("b1", "e4", 6, "Ann", "Pasta tastes fine"), question("b1", "q4", 7, "What?")).flush();

            // Then
            Map<String, List<String>> seen = new TreeMap<>();
            pipeline.answers().forEach(answer -> seen.put(answer.getQuestionEventId(),
                    answer.getMemories().stream().flatMap(memory -> memory.getSourceEventIds().stream()).sorted().toList()));
            assertThat(seen).containsExactly(Map.entry("q1", List.of("e1")), Map.entry("q2", List.of("e1", "e2", "e3")),
                    Map.entry("q3", List.of("e1", "e2", "e3")), Map.entry("q4", List.of("e1", "e2", "e3", "e4")));
        }
    }

    @Test
    void shouldExtractALoneTurnWhenAQuestionComes() {
        try (TestPipeline pipeline = new TestPipeline()) {
            // Given
            pipeline.send(turn("b1", "e1", 0, "Ann", "Milo is a cat")).flush();
            assertThat(pipeline.requests("extraction")).isEmpty();

            // When
            pipeline.send(question("b1", "q1", 1, "Who is Milo?")).flush();

            // Then
            assertThat(pipeline.requests("extraction")).singleElement().asString().contains("Ann: Milo is a cat");
            assertThat(pipeline.answers()).singleElement().extracting(Answer::getText).asString().contains("Milo");
        }
    }

    @Test
    void shouldNotWaitForAReplyToATurnThatEndsAnExchange() {
        try (TestPipeline pipeline = new TestPipeline()) {
            // When
            pipeline.send(lastTurn("b1", "e1", 0, "Ann", "Milo is a cat"), turn("b1", "e2", 1, "Ben", "Rex is a dog")).flush();

            // Then
            assertThat(pipeline.operations()).extracting(MemoryOperation::getSourceEventIds).containsExactly(List.of("e1"));
        }
    }

    @Test
    void shouldNotPairTurnsAcrossALongGap() {
        try (TestPipeline pipeline = new TestPipeline(PipelineSettings.EXCHANGE_MAX_GAP_MS, 60_000)) {
            // When
            pipeline.send(turn("b1", "e1", 0, "Ann", "Milo is a cat"), turn("b1", "e2", 2, "Ben", "Rex barks loudly"),
                    turn("b1", "e3", 3, "Ann", "Oslo has snow")).flush();

            // Then
            assertThat(pipeline.requests("extraction")).hasSize(2);
            assertThat(pipeline.requests("extraction").get(0)).contains("Milo").doesNotContain("Rex");
            assertThat(pipeline.requests("extraction").get(1)).contains("Rex", "Oslo");
        }
    }

    @Test
    void shouldLeaveWhenTheBatchIsFullOrTheWaitIsOver() {
        try (TestPipeline pipeline = new TestPipeline(PipelineSettings.BATCH_EVENTS, 3)) {
            // Given
            pipeline.send(lastTurn("b1", "e1", 0, "Ann", "Milo is a cat"), lastTurn("b2", "e1", 0, "Ben", "Rex barks"));
            assertThat(pipeline.operations()).isEmpty();
            assertThat(pipeline.keys("inbox-events")).hasSize(2);

            // When: full
            pipeline.send(lastTurn("b3", "e1", 0, "Cleo", "Oslo has snow"));

            // Then
            assertThat(pipeline.operations()).hasSize(3);
            assertThat(pipeline.keys("inbox-events")).isEmpty();

            // When: not full
            pipeline.send(lastTurn("b1", "e2", 1, "Ann", "Pasta tastes fine")).flush();

            // Then
            assertThat(pipeline.operations()).hasSize(1);
        }
    }

    @Test
    void shouldMakeTheSameOperationsWhateverTheMicroBatch() {
        List<Run> runs = List.of(run(1), run(2), run(5), run(100), run(100));

        assertThat(runs.get(0).operations()).hasSizeGreaterThan(30);
        assertThat(runs.get(0).operationIds()).doesNotHaveDuplicates().doesNotContainNull();
        assertThat(runs.get(0).kinds()).contains(OperationKind.ADD, OperationKind.UPDATE, OperationKind.NONE, OperationKind.FORGET);
        for (Run run : runs) {
            assertThat(run).isEqualTo(runs.get(0));
        }
    }

    private record Run(List<TestRecord<String, MemoryOperation>> operations, List<String> answers, List<String> stores,
            List<String> deadLetters) {
        List<String> operationIds() {
            return operations.stream().map(record -> record.value().getOperationId()).toList();
        }

        List<OperationKind> kinds() {
            return operations.stream().map(record -> record.value().getKind()).toList();
        }
    }

    /** Output in each bank's own order: that of different banks among each other may depend on the batch. */
    private static Run run(int batchEvents) {
        try (TestPipeline pipeline = new TestPipeline(PipelineSettings.BATCH_EVENTS, batchEvents)) {
            pipeline.model.when(request -> TestPipeline.asks(request, "update", "New fact: Ann"), "UPDATE 1")
                    .throwWhen(request -> TestPipeline.asks(request, "update", "poison"), () -> new IllegalStateException("bug"))
                    .throwWhen(request -> TestPipeline.asks(request, "extraction", "arsenic"), () -> new IllegalStateException("bug"));
            dialogue().forEach(pipeline::send);
            pipeline.flush();
            List<TestRecord<String, MemoryOperation>> operations = new ArrayList<>(pipeline.operationRecords());
            operations.sort(java.util.Comparator.comparing(TestRecord::key));
            List<String> answers = pipeline.answers().stream().sorted(java.util.Comparator.comparing(Answer::getBankId))
                    .map(answer -> answer.getBankId() + answer.getQuestionEventId() + answer.getText() + answer.getMemories()).toList();
            List<String> stores = new ArrayList<>(pipeline.entries("memories").stream().map(Object::toString).toList());
            stores.addAll(pipeline.keys("conversations"));
            List<String> letters = pipeline.deadLetters().stream().map(Object::toString).sorted().toList();
            return new Run(operations, answers, stores, letters);
        }
    }

    private static List<ConversationEvent> dialogue() {
        String[] things = {"cat", "boat", "violin", "garden", "bicycle", "teapot", "lantern"};
        List<ConversationEvent> events = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String bank = "b" + i % 3;
            String thing = things[i % things.length];
            events.add(turn(bank, "e" + i, i * (i % 11 == 10 ? 100 : 1), i % 2 == 0 ? "Ann" : "Ben", "I own the " + thing + " number " + i / 14));
            if (i % 9 == 8) {
                events.add(question(bank, "q" + i, i, "Who owns the " + thing + "?"));
            }
            if (i == 30 || i == 33) {
                events.add(lastTurn(bank, "n" + i, i, "Cleo", "My chess lessons started"));
            }
            if (i == 20) {
                events.add(forget("b1", "f", i));
            }
            if (i == 25 || i == 26) {
                events.add(turn(bank, "p" + i, i, "Ben", "I own the poison lantern teapot number 1"));
                events.add(turn(bank, "a" + i, i, "Ben", "I own arsenic"));
                events.add(turn(bank, "e" + (i - 3), i, "Ben", "said twice, by its id"));
            }
        }
        return events;
    }

    @Test
    void shouldMakeOneSubTopologyOfNamedNodes() throws IOException {
        Topology topology = MemoryTopology.build(PipelineSettings.defaults(), TestPipeline.operators(new ScriptedLanguageModel(), new HashEmbedder()),
                PipelineSerdes.of(AvroSerdes.of(TestPipeline.MOCK_REGISTRY)), (partition, offset) -> true,
                PipelineMetrics.none());

        assertThat(topology.describe().subtopologies()).hasSize(1);
        try (InputStream pinned = getClass().getResourceAsStream("/topology.txt")) {
            assertThat(topology.describe().toString()).isEqualTo(new String(pinned.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
