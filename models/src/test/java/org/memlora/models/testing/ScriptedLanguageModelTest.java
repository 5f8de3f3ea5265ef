package org.memlora.models.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.memlora.models.ChatMessage;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationOptions;
import org.memlora.models.GenerationRequest;
import org.memlora.models.grammar.Grammar;

class ScriptedLanguageModelTest {

    private static GenerationRequest request(String prompt, String expert, Grammar grammar) {
        return new GenerationRequest(List.of(ChatMessage.user(prompt)), expert, Optional.ofNullable(grammar),
                GenerationOptions.greedy(10));
    }

    @Test
    void shouldReplyByTheFirstRuleThatAppliesAndRecordRequests() {
        var model = new ScriptedLanguageModel("updater")
                .when(r -> ScriptedLanguageModel.promptText(r).contains("cat"), "meow").otherwise("none");
        var requests = List.of(request("a cat", "updater", null), request("a dog", "base", null));

        assertThat(model.generate(requests)).extracting(c -> c.text()).containsExactly("meow", "none");
        assertThat(model.requests()).isEqualTo(requests);
    }

    @Test
    void shouldFailLoudlyOnReplyOutsideGrammar() {
        var model = new ScriptedLanguageModel().otherwise("x");

        assertThatThrownBy(() -> model.generate(List.of(request("p", "base", Grammar.digit()))))
                .isInstanceOf(AssertionError.class).hasMessageContaining("outside the request's grammar");
        assertThatThrownBy(() -> new ScriptedLanguageModel().generate(List.of(request("p", "base", null))))
                .isInstanceOf(AssertionError.class).hasMessageContaining("no rule");
    }

    @Test
    void shouldFailOrThrowWhenTold() {
        var model = new ScriptedLanguageModel().otherwise("x")
                .failWhen(r -> ScriptedLanguageModel.promptText(r).equals("bad"), "broken")
                .throwWhen(r -> ScriptedLanguageModel.promptText(r).equals("worse"), IllegalStateException::new);

        var completions = model.generate(List.of(request("bad", "base", null), request("ok", "base", null),
                request("ok", "nobody", null)));
        assertThat(completions).extracting(c -> c.finishReason())
                .containsExactly(FinishReason.FAILED, FinishReason.STOP, FinishReason.FAILED);
        assertThatThrownBy(() -> model.generate(List.of(request("worse", "base", null))))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldEmbedTextsWithCommonWordsNearEachOther() {
        try (var embedder = new HashEmbedder()) {
            List<float[]> v = embedder.embed(List.of("Ann has a cat", "ann has a Cat!", "weather in Oslo", ""));
            assertThat(dot(v.get(0), v.get(1))).isCloseTo(1, within(1e-5));
            assertThat(dot(v.get(0), v.get(2))).isLessThan(0.5);
            assertThat(dot(v.get(3), v.get(3))).isCloseTo(1, within(1e-5));
        }
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
