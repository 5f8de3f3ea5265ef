package org.memlora.evaluation.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.memlora.models.ChatMessage;
import org.memlora.models.Completion;
import org.memlora.models.GenerationOptions;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.operators.Stage;

class ModelViewsTest {

    private static GenerationRequest request(String prompt, String expert, double temperature) {
        return new GenerationRequest(List.of(ChatMessage.user(prompt)), expert, Optional.empty(), new GenerationOptions(8, temperature, 1), "bank-" + prompt);
    }

    @Test
    void hidesTheExpertsOfOtherStages() {
        ScriptedLanguageModel model = new ScriptedLanguageModel("extraction", "generation").otherwise("x");

        assertThat(ModelViews.withExperts(model, EnumSet.of(Stage.EXTRACTION, Stage.UPDATE)).info().experts()).containsExactly("extraction");
        assertThat(ModelViews.withExperts(model, EnumSet.noneOf(Stage.class)).info().experts()).isEmpty();
    }

    @Test
    void remembersGreedyCompletionsOnly() {
        ScriptedLanguageModel model = new ScriptedLanguageModel("extraction").otherwise(request -> request.prompt().get(0).content().toUpperCase());
        ModelViews.Remembering view = new ModelViews.Remembering(model);

        view.generate(List.of(request("a", "base", 0), request("s", "base", 1)));
        List<Completion> again = view.generate(List.of(request("b", "base", 0), request("a", "base", 0), request("a", "extraction", 0), request("s", "base", 1)));

        assertThat(again).extracting(Completion::text).containsExactly("B", "A", "A", "S");
        assertThat(model.requests()).as("a of the base was remembered").hasSize(5);
        assertThat(view.tookFromAnotherRow()).as("all of it is one row's").isFalse();

        view.nextRow();
        view.generate(List.of(request("new", "base", 0)));
        assertThat(view.tookFromAnotherRow()).isFalse();
        view.generate(List.of(request("b", "base", 0)));
        assertThat(view.tookFromAnotherRow()).as("b is the first row's").isTrue();
        view.nextRow();
        assertThat(view.tookFromAnotherRow()).isFalse();
    }

    @Test
    void givesExpertsTheNamesOfTheirStages() {
        ScriptedLanguageModel model = new ScriptedLanguageModel("extraction-1", "extraction-2", "update-1")
                .otherwise(request -> request.expert());
        LanguageModel view = ModelViews.withExperts(model, Map.of(Stage.EXTRACTION, "extraction-2"));

        assertThat(view.info().experts()).containsExactly("extraction");
        assertThat(view.generate(List.of(request("a", "extraction", 0), request("a", "base", 0)))).extracting(Completion::text)
                .containsExactly("extraction-2", "base");
    }

    @Test
    void rowNamesAreThoseOfTheSummary() {
        assertThat(RowName.texts()).containsExactlyInAnyOrder("experts", "base", "rival", "no-memory", "last-turns", "raw-retrieval",
                "raw-retrieval-expert", "gold-evidence", "experts-extraction", "experts-extraction-update");
        assertThat(RowName.of("gold-evidence")).isEqualTo(RowName.GOLD_EVIDENCE);
        assertThatThrownBy(() -> RowName.of("rag")).hasMessageContaining("raw-retrieval");
    }
}
