package org.memlora.evaluation.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.operators.OperatorSettings;
import org.memlora.operators.generation.GeneratedAnswer;
import org.memlora.operators.generation.GenerationOperator;
import org.memlora.operators.generation.QuestionContext;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.ScoredMemory;

class ListeningTest {

    private static final Instant TIME = Instant.parse("2025-03-01T10:00:00Z");

    private static ScoredMemory memory(String id, String text) {
        return new ScoredMemory(new Memory(id, text, TIME, Optional.empty(), Optional.empty(), List.of(id), Optional.empty(), Optional.empty(),
                new float[0]), 1);
    }

    @Test
    void keepsTheModelsOwnWordsWhereTheOperatorAnswersOthers() {
        Listening listening = new Listening(new ScriptedLanguageModel()
                .when(request -> ScriptedLanguageModel.promptText(request).contains("pet does Ann"), "a dog called Rex").failWhen(request ->
                        ScriptedLanguageModel.promptText(request).contains("does Ben sail"), "no memory left"));
        List<ScoredMemory> memories = List.of(memory("1", "Ben: I have a dog called Rex."), memory("2", "Ann: I sail."));

        List<GeneratedAnswer> answers = new GenerationOperator(listening, OperatorSettings.DEFAULT).answer(List.of(
                new QuestionContext("b", "q1", "What pet does Ann have?", TIME, memories),
                new QuestionContext("b", "q2", "Where does Ben sail?", TIME, memories)));

        assertThat(answers.get(0).text()).as("Rex is Ben's").contains("not mentioned");
        assertThat(listening.said()).containsExactly("a dog called Rex", "");
        assertThat(listening.heard()).extracting(ScriptedLanguageModel::promptText).hasSize(2).first().asString().contains("What pet does Ann have?");
    }
}
