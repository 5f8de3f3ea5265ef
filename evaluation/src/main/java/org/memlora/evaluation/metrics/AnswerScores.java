package org.memlora.evaluation.metrics;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.memlora.models.embedding.TextEmbedder;

/**
 * All scores of one answer, 0 to 1.
 *
 * @param locomoF1 {@link TokenF1#locomo}
 * @param similarity cosine of the texts' embeddings, at least 0
 * @param compositeL mean of rouge1, meteor and similarity: the paper's L without its BERTScore, whose model can't be had
 *     here; the paper doesn't print the weights, so they are equal
 */
public record AnswerScores(double tokenF1, double locomoF1, double exactMatch, double bleu1, double rouge1, double meteor,
        double similarity, double compositeL) {

    /** Names in summary.json with their values. */
    public static final List<Named> METRICS = List.of(new Named("tokenF1", AnswerScores::tokenF1), new Named("exactMatch", AnswerScores::exactMatch),
            new Named("bleu1", AnswerScores::bleu1), new Named("rouge1", AnswerScores::rouge1), new Named("meteor", AnswerScores::meteor),
            new Named("similarity", AnswerScores::similarity), new Named("compositeL", AnswerScores::compositeL),
            new Named("locomoF1", AnswerScores::locomoF1));

    public record Named(String name, ToDoubleFunction<AnswerScores> value) { }

    /** @param category LoCoMo's, or 0 */
    public static AnswerScores of(String answer, String gold, int category, TextEmbedder embedder) {
        double similarity = similarity(answer, gold, embedder);
        double rouge = Rouge1.f1(answer, gold);
        double meteor = Meteor.score(answer, gold);
        return new AnswerScores(TokenF1.score(answer, gold), TokenF1.locomo(answer, gold, category), ExactMatch.score(answer, gold),
                Bleu1.score(answer, gold), rouge, meteor, similarity, (rouge + meteor + similarity) / 3);
    }

    private static double similarity(String answer, String gold, TextEmbedder embedder) {
        if (answer.isBlank() || gold.isBlank()) {
            return 0;
        }
        List<float[]> vectors = embedder.embed(List.of(answer, gold));
        return Math.min(1, Math.max(0, TextEmbedder.cosine(vectors.get(0), vectors.get(1))));
    }
}
