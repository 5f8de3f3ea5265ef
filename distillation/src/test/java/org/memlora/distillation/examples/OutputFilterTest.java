package org.memlora.distillation.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.memlora.distillation.examples.OutputFilter.Reason;
import org.memlora.operators.extraction.DialogueTurn;
import org.memlora.operators.extraction.Exchange;

class OutputFilterTest {
    private static final Exchange EXCHANGE = new Exchange("b", List.of(
            new DialogueTurn("1", "Ann", "I adopted a cat and moved to Oslo!", Instant.parse("2025-03-01T10:00:00Z"), Optional.empty()),
            new DialogueTurn("2", "Ben", "Lovely. I play the violin.", Instant.parse("2025-03-01T10:00:10Z"), Optional.empty())));

    private final OutputFilter filter = new OutputFilter();

    @Test
    void stripsThinkingAndProseFromFacts() {
        assertThat(filter.extraction(EXCHANGE, "<think>Ann has a cat. - no\n</think>\nHere are the facts:\n- Ann adopted a cat.\n- Ben plays the violin.\n", false))
                .contains("- Ann adopted a cat.\n- Ben plays the violin.");
        assertThat(filter.extraction(EXCHANGE, "```json\n{\"facts\": [\"Ann moved to Oslo.\"]}\n```", false)).contains("- Ann moved to Oslo.");
        assertThat(filter.extraction(EXCHANGE, "1. Ann moved to Oslo.\n2) Ben plays the violin.", false)).contains("- Ann moved to Oslo.\n- Ben plays the violin.");
        assertThat(filter.counts()).isEqualTo(Map.of(Reason.THINKING_STRIPPED, 1, Reason.PROSE_STRIPPED, 2));
    }

    @Test
    void dropsUngroundedRepeatedAndSurplusFacts() {
        assertThat(filter.extraction(EXCHANGE, "- Ann adopted a cat.\n- ann adopted a CAT\n- Ben likes football.\n- Ann moved to Oslo.", false))
                .contains("- Ann adopted a cat.\n- Ann moved to Oslo.");
        assertThat(filter.counts()).isEqualTo(Map.of(Reason.DUPLICATE, 1, Reason.UNGROUNDED, 1));
        String many = "cat|cat Oslo|cat violin|Oslo violin|moved Oslo|adopted cat|moved cat|violin".replace("|", "\n- ");
        assertThat(filter.extraction(EXCHANGE, "- " + many, false).orElseThrow().lines()).hasSize(6);
        assertThat(filter.counts()).containsEntry(Reason.TOO_MANY, 2);
    }

    @Test
    void theLastFactOfACutOffOutputIsLeftOut() {
        assertThat(filter.extraction(EXCHANGE, "- Ann adopted a cat.\n- Ann moved to the", true)).contains("- Ann adopted a cat.");
        assertThat(filter.extraction(EXCHANGE, "- Ann moved to the", true)).as("not NONE").isEmpty();
        assertThat(filter.extraction(EXCHANGE, "- Ann moved to the", false)).contains("- Ann moved to the");
        assertThat(filter.counts()).isEmpty();
    }

    @Test
    void anOutputWithoutUsableFactsIsNoneAndOneWithoutFormIsDropped() {
        assertThat(filter.extraction(EXCHANGE, "NONE", false)).contains("NONE");
        assertThat(filter.extraction(EXCHANGE, "{\"facts\": []}", false)).contains("NONE");
        assertThat(filter.extraction(EXCHANGE, "- Ben likes football.", false)).contains("NONE");
        assertThat(filter.extraction(EXCHANGE, "I could not find anything of interest in this dialogue.", false)).isEmpty();
        assertThat(filter.extraction(EXCHANGE, "<think>never ends - Ann adopted a cat", false)).isEmpty();
        assertThat(filter.counts()).containsEntry(Reason.UNPARSABLE, 2).containsEntry(Reason.UNGROUNDED, 1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "ADD | ADD | ",
        "UPDATE 2 | UPDATE 2 | ",
        "update #1. | UPDATE 1 | PROSE_STRIPPED",
        "The answer is DELETE 3, because it is over. | DELETE 3 | PROSE_STRIPPED",
        "NONE 4 | | UNPARSABLE",
        "UPDATE | | UNPARSABLE",
        "no idea | | UNPARSABLE",
        "{\"memory\": [{\"id\": \"1\", \"event\": \"NONE\"}, {\"id\": \"2\", \"text\": \"x\", \"event\": \"UPDATE\"}]} | UPDATE 2 | OLD_MEMORY_NONE",
        "{\"memory\": [{\"id\": \"1\", \"event\": \"NONE\"}, {\"id\": \"9\", \"text\": \"x\", \"event\": \"ADD\"}]} | ADD | OLD_MEMORY_NONE",
        "{\"memory\": [{\"id\": \"2\", \"event\": \"NONE\"}]} | NONE 2 | OLD_MEMORY_NONE"})
    void readsOneDecision(String raw, String expected, Reason reason) {
        assertThat(filter.update(raw, 3)).isEqualTo(Optional.ofNullable(expected));
        assertThat(filter.counts().keySet()).isEqualTo(reason == null ? Set.of() : Set.of(reason));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Oslo | Oslo", "Oslo. | Oslo", "\"Oslo\" | Oslo", "Answer: 7 May 2023 | 7 May 2023", "the U.S.A. | the U.S.A.",
        "<thinking>hm</thinking> Oslo | Oslo"})
    void readsOneAnswer(String raw, String expected) {
        assertThat(filter.generation(raw)).contains(expected);
    }

    @Test
    void takesALabelledAnswerFromProseAndRefusesNothing() {
        assertThat(filter.generation("Ann moved in March.\nThe final answer is: Oslo.")).contains("Oslo");
        assertThat(filter.generation("<think>only thought</think>")).isEmpty();
        assertThat(filter.counts()).isEqualTo(Map.of(Reason.PROSE_STRIPPED, 1, Reason.THINKING_STRIPPED, 1, Reason.UNPARSABLE, 1));
    }
}
