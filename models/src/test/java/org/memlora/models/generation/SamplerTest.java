package org.memlora.models.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.models.GenerationOptions;
import org.memlora.models.grammar.TokenMask;

class SamplerTest {

    private static final int[] STOPS = {5};
    private static final float[] LOGITS = {1, 3, 2, Float.NaN, 9, 2.5f};

    private static Sampler sampler(double temperature, long seed) {
        return new Sampler(new GenerationOptions(8, temperature, seed));
    }

    private static TokenMask mask(boolean accepting, int... ids) {
        return new TokenMask(ids, accepting);
    }

    @Test
    void shouldTakeTheBestAllowedTokenWhenGreedy() {
        assertThat(sampler(0, 1).choose(LOGITS, mask(false, 0, 1, 2, 3), STOPS)).isEqualTo(1);
        assertThat(sampler(0, 1).choose(LOGITS, mask(false, 0, 2), STOPS)).isEqualTo(2);
        assertThat(sampler(0, 1).choose(LOGITS, mask(true, 0, 2), STOPS)).as("a stop token where the text may end").isEqualTo(5);
        assertThat(sampler(0, 1).choose(new float[] {2, 2, 2}, mask(false, 1, 2), STOPS)).as("a tie").isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1, 2})
    void shouldSampleWithTheProbabilitiesOfTheSoftmax(double temperature) {
        long seed = 11;
        System.out.println("seed of the sampling test: " + seed);
        int[] allowed = {0, 1, 2, 5};
        double total = IntStream.of(allowed).mapToDouble(id -> Math.exp(LOGITS[id] / temperature)).sum();
        Sampler sampler = sampler(temperature, seed);
        int draws = 40_000;
        int[] counts = new int[LOGITS.length];
        for (int i = 0; i < draws; i++) {
            counts[sampler.choose(LOGITS, mask(true, 0, 1, 2, 3), STOPS)]++;
        }
        for (int id : allowed) {
            assertThat((double) counts[id] / draws).as("token %d", id).isCloseTo(Math.exp(LOGITS[id] / temperature) / total, within(0.01));
        }
        assertThat(counts[3] + counts[4]).as("NaN, and what is not allowed").isZero();
    }

    @Test
    void shouldTellHowProbableTheChosenIsAmongTheAllowed() {
        double total = Math.exp(1) + Math.exp(3) + Math.exp(2);
        assertThat(Sampler.probability(1, LOGITS, mask(false, 0, 1, 2, 3), STOPS)).isCloseTo(Math.exp(3) / total, within(1e-6));
        assertThat(Sampler.probability(1, LOGITS, mask(true, 0, 1, 2, 3), STOPS)).isCloseTo(Math.exp(3) / (total + Math.exp(2.5)), within(1e-6));
        assertThat(Sampler.probability(2, LOGITS, mask(false, 2), STOPS)).isEqualTo(1);
    }

    @Test
    void shouldRepeatItselfWithTheSameSeedOnly() {
        assertThat(draw(3)).isEqualTo(draw(3)).isNotEqualTo(draw(4));
    }

    private static int[] draw(long seed) {
        Sampler sampler = sampler(1.5, seed);
        return IntStream.range(0, 50).map(i -> sampler.choose(LOGITS, mask(false, 0, 1, 2), STOPS)).toArray();
    }

    @Test
    void shouldRefuseLogitsOfWhichNoneIsUsable() {
        assertThatThrownBy(() -> sampler(0, 1).choose(LOGITS, mask(false, 3), STOPS)).hasMessageContaining("no finite logit");
    }
}
