package org.memlora.operators.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WordsTest {

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
