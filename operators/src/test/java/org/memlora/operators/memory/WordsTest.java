package org.memlora.operators.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WordsTest {

    @Test
    void shouldReadAWordOfAnyLengthAndOfAnyNumberOfParts() {
        assertThat(Words.content("a-".repeat(100_000) + "a cat")).hasSize(2).contains("cat");
        assertThat(Words.content("x".repeat(100_000))).hasSize(1);
        assertThat(Words.content("so well-known -dash dash- 2-3")).containsExactlyInAnyOrder("well-known", "dash", "2-3");
    }

    @Test
    void shouldTakeSignsForPartOfWhatIsSaid() {
        assertThat(Words.saying(" Ann  has a cat! ")).isEqualTo(Words.saying("ann has a \u2018cat\u2019."));
        assertThat(Words.saying("Bob's type is A+.")).isNotEqualTo(Words.saying("Bob's type is A-."));
        assertThat(Words.saying("Bob writes C++")).isNotEqualTo(Words.saying("Bob writes C"));
        assertThat(Words.saying("it is 1.5 km")).isNotEqualTo(Words.saying("it is 15 km"));
    }

    @Test
    void shouldCutNoCharacterInTwo() {
        String text = "ab\uD83D\uDE00c";
        assertThat(Words.first(text, 2)).isEqualTo("ab");
        assertThat(Words.first(text, 3)).as("half of a pair stays out").isEqualTo("ab");
        assertThat(Words.first(text, 4)).isEqualTo("ab\uD83D\uDE00");
        assertThat(Words.first(text, 99)).isEqualTo(text);
        assertThat(Words.first(text, 0)).isEmpty();
    }
}
