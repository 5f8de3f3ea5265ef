package org.memlora.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.memlora.models.testing.HashEmbedder;

class MetricsTest {

    /** What nltk and rouge-score say, see src/test/python/make_metric_fixtures.py. */
    static Stream<JsonNode> references() throws IOException {
        try (InputStream in = MetricsTest.class.getResourceAsStream("/metrics/reference.json")) {
            JsonNode rows = new ObjectMapper().readTree(in);
            return StreamSupport.stream(rows.spliterator(), false);
        }
    }

    @ParameterizedTest
    @MethodSource("references")
    void equalsTheReferencePackages(JsonNode row) {
        String answer = row.get("answer").asText();
        String gold = row.get("gold").asText();
        assertThat(TokenF1.score(answer, gold)).as("tokenF1").isCloseTo(row.get("tokenF1").asDouble(), within(1e-9));
        assertThat(Bleu1.score(answer, gold)).as("bleu1").isCloseTo(row.get("bleu1").asDouble(), within(1e-9));
        assertThat(Rouge1.f1(answer, gold)).as("rouge1").isCloseTo(row.get("rouge1").asDouble(), within(1e-9));
        assertThat(Rouge1.recall(answer, gold)).as("rouge1 recall").isCloseTo(row.get("rouge1Recall").asDouble(), within(1e-9));
        assertThat(Meteor.score(answer, gold)).as("meteor").isCloseTo(row.get("meteor").asDouble(), within(1e-9));
    }

    @Test
    void tokenF1ByHand() {
        assertThat(TokenF1.score("The beagle, Biscuit!", "a beagle")).as("1 common of 2 and 1").isEqualTo(2.0 / 3);
        assertThat(TokenF1.score("", "")).isZero();
        assertThat(TokenF1.score("the and a", "an")).as("articles only").isZero();
    }

    @Test
    void locomoScoresByCategory() {
        assertThat(TokenF1.locomo("camping, pottery", "Pottery, camping, swimming", 1)).isEqualTo(2.0 / 3);
        assertThat(TokenF1.locomo("National park", "National park; she likes the outdoors", 3)).isEqualTo(1);
        assertThat(TokenF1.locomo("National park", "National park; she likes the outdoors", 4)).isLessThan(1);
    }

    @Test
    void exactMatchIgnoresCaseArticlesAndPunctuation() {
        assertThat(ExactMatch.score("The Aire Valley Players.", "Aire valley players")).isEqualTo(1);
        assertThat(ExactMatch.score("Aire Valley", "Aire Valley Players")).isZero();
    }

    @Test
    void compositeIsTheMeanOfItsParts() {
        try (HashEmbedder embedder = new HashEmbedder()) {
            AnswerScores scores = AnswerScores.of("blue bikes", "a blue bike", 4, embedder);
            assertThat(scores.compositeL()).isCloseTo((scores.rouge1() + scores.meteor() + scores.similarity()) / 3, within(1e-12));
            assertThat(scores.similarity()).isBetween(0.3, 0.99);
            assertThat(AnswerScores.of("", "x", 0, embedder).similarity()).isZero();
            assertThat(AnswerScores.METRICS).hasSize(8).extracting(AnswerScores.Named::name).doesNotHaveDuplicates();
        }
    }

    @Test
    void bootstrapHoldsTheMeanAndIsTheSameEachTime() {
        double[] values = new double[100];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 2;
        }
        double[] interval = new Bootstrap(7).interval95(values);
        assertThat(interval[0]).as("mean 0.5, standard error 0.05").isBetween(0.37, 0.43);
        assertThat(interval[1]).isBetween(0.57, 0.63);
        assertThat(new Bootstrap(7).interval95(values)).isEqualTo(interval);
        assertThat(new Bootstrap(7).interval95(new double[] {0.3, 0.3})).containsExactly(new double[] {0.3, 0.3}, within(1e-12));
        assertThat(new Bootstrap(7).interval95(new double[0])).containsOnly(Double.NaN);
    }
}
