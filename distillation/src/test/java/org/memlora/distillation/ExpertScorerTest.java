package org.memlora.distillation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.memlora.distillation.ExpertScorer.Answered;
import org.memlora.distillation.examples.TrainingExample;
import org.memlora.models.ChatMessage;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.operators.Stage;

class ExpertScorerTest {
    private static final Offset<Double> EXACT = Offset.offset(1e-9);

    private static Answered answered(String kind, String right, String answer) {
        return new Answered(new TrainingExample(List.of(ChatMessage.user("x")), right, List.of("1"), "c/" + kind), answer, 1);
    }

    @Test
    void answersWithinTheGrammarOfTheStage() {
        TrainingExample example = new TrainingExample(List.of(ChatMessage.user("Old memories:\n1. Ann has a cat.\n2. Ann has a dog.\nNew fact: Ann has no dog.")),
                "DELETE 2", List.of("1"), "c/DELETE");
        List<Integer> done = new ArrayList<>();
        // The scripted model refuses replies outside of the grammar: with two memories shown, DELETE 2 is inside.
        List<Answered> answers = new ExpertScorer(new ScriptedLanguageModel("update").otherwise("DELETE 2"))
                .answer(Stage.UPDATE, "update", Collections.nCopies(20, example), done::add);
        assertThat(answers).hasSize(20).allMatch(one -> one.answer().equals("DELETE 2"));
        assertThat(done).containsExactly(16, 20);
    }

    @Test
    void updateCountsTheWrongMemoryAsWrong() {
        Map<String, Double> scores = ExpertScorer.scores(Stage.UPDATE, List.of(answered("a", "ADD", "ADD"), answered("a", "ADD", "DELETE 1"),
                answered("b", "NONE 1", "NONE 2"), answered("c", "UPDATE 1", "UPDATE 1"), answered("d", "DELETE 1", "DELETE 1")));
        assertThat(scores.get("F1 ADD")).isCloseTo(2.0 / 3, EXACT);
        assertThat(scores.get("F1 NONE")).isZero();
        assertThat(scores.get("F1 UPDATE")).isEqualTo(1);
        assertThat(scores.get("F1 DELETE")).isCloseTo(2.0 / 3, EXACT);
        assertThat(scores.get("macro-F1")).isCloseTo((2.0 / 3 + 0 + 1 + 2.0 / 3) / 4, EXACT);
        assertThat(scores.get("wrong deletes")).isCloseTo(0.2, EXACT);
    }

    @Test
    void generationSparesCategoryFiveAndExtractionTheExchangesWithoutFacts() {
        Map<String, Double> generation = ExpertScorer.scores(Stage.GENERATION, List.of(answered("category-4", "The red cat", "a red dog"),
                answered("category-2", "7 May 2023", "not mentioned"), answered("adversarial", "not mentioned", "not mentioned"), answered("own-now", "Leeds", "Leeds")));
        assertThat(generation.get("tokenF1")).isCloseTo(0.25, EXACT);
        assertThat(generation.get("tokenF1 adversarial")).isEqualTo(1);
        assertThat(generation.get("tokenF1 own-now")).as("counts by its own").isEqualTo(1);
        assertThat(generation.get("declined without need")).isCloseTo(0.5, EXACT);
        Map<String, Double> extraction = ExpertScorer.scores(Stage.EXTRACTION, List.of(answered("facts", "- Ann has two cats.", "- Ann has cats, cats."),
                answered("none", "NONE", "- Ben waves."), answered("none", "NONE", "NONE")));
        assertThat(extraction.get("ROUGE-1 recall")).isCloseTo(0.75, EXACT);
        assertThat(extraction.get("ROUGE-1 precision")).isCloseTo(0.75, EXACT);
        assertThat(extraction.get("something extracted where none are")).isCloseTo(0.5, EXACT);
    }
}
