package org.memlora.models.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CachedTextEmbedderTest {

    private final List<List<String>> calls = new ArrayList<>();
    private boolean closed;
    private final CachedTextEmbedder cached = new CachedTextEmbedder(new TextEmbedder() {
        @Override
        public int dimensions() {
            return 1;
        }

        @Override
        public List<float[]> embed(List<String> texts) {
            calls.add(texts);
            return texts.stream().map(text -> new float[] {text.charAt(0)}).toList();
        }

        @Override
        public void close() {
            closed = true;
        }
    }, 2);

    @Test
    void shouldAskOnceForEachTextAndKeepTheOrder() {
        assertThat(cached.embed(List.of("a", "b", "a"))).containsExactly(new float[] {'a'}, new float[] {'b'}, new float[] {'a'});
        assertThat(cached.embed(List.of("b", "a"))).containsExactly(new float[] {'b'}, new float[] {'a'});
        assertThat(calls).containsExactly(List.of("a", "b"));
    }

    @Test
    void shouldForgetTheTextThatWasUsedLongestAgo() {
        cached.embed(List.of("a", "b"));
        cached.embed(List.of("a"));
        cached.embed(List.of("c"));
        cached.embed(List.of("a"));
        cached.embed(List.of("b"));
        assertThat(calls).containsExactly(List.of("a", "b"), List.of("c"), List.of("b"));
    }

    @Test
    void shouldServeACallLargerThanTheCache() {
        assertThat(cached.embed(List.of("a", "b", "c", "d"))).containsExactly(
                new float[] {'a'}, new float[] {'b'}, new float[] {'c'}, new float[] {'d'});
    }

    @Test
    void shouldNotLetCallersChangeWhatIsRemembered() {
        cached.embed(List.of("a")).get(0)[0] = -1;
        assertThat(cached.embed(List.of("a")).get(0)).containsExactly('a');
    }

    @Test
    void shouldCloseTheDelegateAndRefuseNoRoom() {
        cached.close();
        assertThat(closed).isTrue();
        assertThatThrownBy(() -> new CachedTextEmbedder(cached, 0)).hasMessageContaining("capacity is 0");
    }
}
