package org.memlora.evaluation.questions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.topology.demo.DialogueFileException;
import org.memlora.topology.demo.ScriptedEvent;

class EvaluationDataTest {

    private static final int ALL = Integer.MAX_VALUE;

    static Path locomo(Path folder) throws IOException {
        return Files.writeString(folder.resolve("talk.json"), """
                {"conversation": {"session_1": [
                    {"speaker": "Ann", "dia_id": "D1:1", "text": "I adopted a cat."}, {"speaker": "Ben", "dia_id": "D1:2", "text": "Nice!"},
                    {"speaker": "Ann", "dia_id": "D1:3", "text": "Her name is Milo."}],
                  "session_1_date_time": "1:56 pm on 8 May, 2023"},
                 "observation": {"session_1_observation": {"Ann": [["Ann adopted a cat.", "D1:1"], ["The cat is called Milo.", ["D1:1", "D1:3"]]]}},
                 "qa": [{"question": "What did Ann adopt?", "answer": "A cat", "category": 4, "evidence": ["D1:1"]},
                        {"question": "What is the cat called?", "answer": "Milo", "category": 1, "evidence": ["D1:1; D1:3"]},
                        {"question": "What did Ben adopt?", "adversarial_answer": "A cat", "category": 5, "evidence": ["D1:1"]},
                        {"question": "How many?", "answer": 1, "category": 2, "evidence": []}]}
                """);
    }

    @Test
    void readsCategoriesEvidenceAndObservations(@TempDir Path folder) throws IOException {
        EvaluationData data = EvaluationData.read(List.of(locomo(folder)), ALL, ALL);

        assertThat(data.turns()).isEqualTo(3);
        assertThat(data.questions()).extracting(EvaluatedQuestion::category).containsExactly(4, 1, 5, 2);
        assertThat(data.questions().get(1).evidence()).containsExactly("D1:1", "D1:3");
        assertThat(data.questions().get(2).isAdversarial()).isTrue();
        assertThat(data.questions().get(3).gold()).contains("1");
        assertThat(data.conversations().get(0).observations().orElseThrow()).hasSize(2).last()
                .isEqualTo(new EvaluatedConversation.Observation("The cat is called Milo.", List.of("D1:1", "D1:3")));
        assertThat(data.dialogue().turns()).isEqualTo(3);
        assertThat(data.dialogue().questions()).isEqualTo(4);
    }

    @Test
    void readsEvidenceByIdsOfOnesOwn(@TempDir Path folder) throws IOException {
        Path file = locomo(folder);
        Files.writeString(file, Files.readString(file).replace("D1:1", "first turn").replace("D1:3", "t/3"));
        EvaluationData data = EvaluationData.read(List.of(file), ALL, ALL);

        assertThat(data.questions().get(0).evidence()).containsExactly("first turn");
        assertThat(data.conversations().get(0).observations().orElseThrow()).first()
                .isEqualTo(new EvaluatedConversation.Observation("Ann adopted a cat.", List.of("first turn")));
    }

    @Test
    void limitedTurnsKeepTheirOwnQuestionsOnly(@TempDir Path folder) throws IOException {
        EvaluationData data = EvaluationData.read(List.of(locomo(folder)), 2, ALL);

        assertThat(data.questions()).extracting(EvaluatedQuestion::text).containsExactly("What did Ann adopt?", "What did Ben adopt?");
        assertThat(data.conversations().get(0).observations().orElseThrow()).hasSize(1);
    }

    private static Path lines(Path folder) throws IOException {
        return Files.writeString(folder.resolve("lines.jsonl"), """
                {"type": "turn", "bank": "a", "id": "1", "time": "2025-03-01T10:00:00Z", "speaker": "Ann", "text": "I adopted a cat."}
                {"type": "turn", "bank": "a", "id": "2", "time": "2025-03-01T10:01:00Z", "speaker": "Ben", "text": "Nice!"}
                {"type": "question", "bank": "a", "text": "What did Ann adopt?", "gold": "A cat"}
                {"type": "question", "bank": "a", "text": "Who drums?", "gold": "Ben", "evidence": ["3"]}
                {"type": "turn", "bank": "a", "id": "3", "time": "2025-03-01T10:02:00Z", "speaker": "Ben", "text": "I drum."}
                {"type": "question", "bank": "a", "text": "What does Ben play?", "gold": "Drums"}
                """);
    }

    @Test
    void limitedTurnsKeepQuestionsWithoutEvidenceThatStandBeforeTheCut(@TempDir Path folder) throws IOException {
        Path file = lines(folder);

        assertThat(EvaluationData.read(List.of(file), 2, ALL).questions()).extracting(EvaluatedQuestion::text).containsExactly("What did Ann adopt?");
        assertThat(EvaluationData.read(List.of(file), 3, ALL).questions()).hasSize(3);
        assertThatThrownBy(() -> EvaluationData.read(List.of(file), 1, ALL)).isInstanceOf(DialogueFileException.class)
                .hasMessageContaining("--limit-turns").hasMessageContaining("first turns of its conversation, 1 at most");
    }

    @Test
    void aTurnThatComesTwiceIsTwoTurns(@TempDir Path folder) throws IOException {
        Path file = lines(folder);
        Files.writeString(file, Files.readString(file).replace("\"id\": \"2\"", "\"id\": \"1\""));

        assertThat(EvaluationData.read(List.of(file), ALL, ALL).questions()).as("no turn is left out").hasSize(3);
        assertThat(EvaluationData.read(List.of(file), 2, ALL).turns()).isEqualTo(2);
    }

    @Test
    void evidenceIsThatOfAllQuestionsHoweverFewAreAsked(@TempDir Path folder) throws IOException {
        Path file = locomo(folder);
        EvaluatedConversation all = EvaluationData.read(List.of(file), ALL, ALL).conversations().get(0);
        EvaluatedConversation few = EvaluationData.read(List.of(file), ALL, 1).conversations().get(0);

        assertThat(few.questions()).hasSize(1);
        assertThat(few.evidence()).contains("D1:1", "D1:3").isEqualTo(all.evidence());
    }

    @Test
    void limitedQuestionsAreTakenEvenly() {
        assertThat(EvaluationData.evenly(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), 3)).containsExactly(0, 3, 6);
        assertThat(EvaluationData.evenly(List.of(0, 1), 3)).containsExactly(0, 1);
    }

    @Test
    void readsJsonLinesOfSeveralBanksSideBySide(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("lines.jsonl"), """
                {"type": "turn", "bank": "a", "id": "1", "time": "2025-03-01T10:00:00Z", "speaker": "Ann", "text": "I adopted a cat."}
                {"type": "turn", "bank": "a", "id": "2", "time": "2025-03-01T10:01:00Z", "speaker": "Ben", "text": "Nice!"}
                {"type": "turn", "bank": "b", "id": "1", "time": "2025-03-01T10:02:00Z", "speaker": "Cleo", "text": "I sail."}
                {"type": "question", "bank": "a", "text": "What did Ann adopt?", "gold": "A cat", "category": 4, "evidence": ["1"]}
                {"type": "question", "bank": "b", "text": "A question without gold?"}
                """);
        EvaluationData data = EvaluationData.read(List.of(file), ALL, ALL);

        assertThat(data.conversations()).extracting(EvaluatedConversation::bankId).containsExactly("a", "b");
        assertThat(data.conversations().get(0).observations()).isEmpty();
        assertThat(data.questions()).singleElement().satisfies(question -> assertThat(question.category()).isEqualTo(4));
        assertThat(data.dialogue().events()).extracting(event -> event.event().getBankId()).startsWith("a", "b", "a");
        assertThat(data.dialogue().events()).filteredOn(ScriptedEvent::isQuestion).as("bank b gets a closing question").hasSize(2);
    }

    @Test
    void refusesWhatCannotBeEvaluated(@TempDir Path folder) throws IOException {
        Path file = locomo(folder);
        assertThatThrownBy(() -> EvaluationData.read(List.of(file, file), ALL, ALL)).isInstanceOf(DialogueFileException.class)
                .hasMessageContaining("talk stands in two");
        Path plain = Files.writeString(folder.resolve("plain.jsonl"),
                "{\"type\": \"turn\", \"bank\": \"a\", \"id\": \"1\", \"time\": \"2025-03-01T10:00:00Z\", \"speaker\": \"Ann\", \"text\": \"Hi.\"}\n");
        assertThatThrownBy(() -> EvaluationData.read(List.of(plain), ALL, ALL)).hasMessageContaining("No question");
        Path wrong = Files.writeString(folder.resolve("wrong.jsonl"),
                "{\"type\": \"question\", \"bank\": \"a\", \"text\": \"Who?\", \"gold\": \"Ann\", \"category\": 6}\n");
        assertThatThrownBy(() -> EvaluationData.read(List.of(wrong), ALL, ALL)).hasMessageContaining("category 6");
    }
}
