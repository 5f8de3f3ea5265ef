package org.memlora.models.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtEnvironment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MiniLmEmbedderTest {

    /** First values of the mean-pooled, normalised output for "This is an example sentence" in Python. */
    private static final float[] TRANSFORMERS = {0.067657f, 0.063496f, 0.048713f, 0.079305f, 0.037448f, 0.002653f};

    private final MiniLmEmbedder embedder = new MiniLmEmbedder();

    @Test
    void shouldGiveUnitVectorsThatAreCloserForSimilarTexts() {
        List<float[]> vectors = embedder.embed(List.of(
                "Caroline adopted a puppy last week.", "Caroline has a new little dog.", "The tax form is due in May."));

        assertThat(vectors).hasSize(3).allSatisfy(vector -> {
            assertThat(vector).hasSize(embedder.dimensions());
            assertThat(dot(vector, vector)).isCloseTo(1, within(1e-5));
        });
        double similar = dot(vectors.get(0), vectors.get(1));
        double different = dot(vectors.get(0), vectors.get(2));
        System.out.printf("ONNX Runtime %s: similar texts %.3f, different ones %.3f%n",
                OrtEnvironment.getEnvironment().getVersion(), similar, different);
        assertThat(similar).isGreaterThan(0.5);
        assertThat(different).isLessThan(0.2);
    }

    @Test
    void shouldAgreeWithTransformers() {
        float[] vector = embedder.embed(List.of("This is an example sentence")).get(0);

        assertThat(Arrays.copyOf(vector, TRANSFORMERS.length)).containsExactly(TRANSFORMERS, within(1e-3f));
    }

    @Test
    void shouldEmbedTextsOverTheModelsLimitAndOverOurs() {
        String sentence = "Caroline adopted a puppy last week. ";
        float[] once = embedder.embed(List.of(sentence)).get(0);
        for (int times : new int[] {100, 2000}) {
            float[] vector = embedder.embed(List.of(sentence.repeat(times))).get(0);
            assertThat(dot(vector, vector)).isCloseTo(1, within(1e-5));
            assertThat(dot(vector, once)).isGreaterThan(0.6);
        }
        float[] words = embedder.embed(List.of("x".repeat(50_000))).get(0);
        assertThat(dot(words, words)).isCloseTo(1, within(1e-5));
    }

    @Test
    void shouldNameThePositionOfABlankTextAndTakeNone() {
        assertThatThrownBy(() -> embedder.embed(List.of("a", " "))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("text 1 of 2");
        assertThat(embedder.embed(List.of())).isEmpty();
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
