package org.memlora.operators;

/**
 * Limits of the memory operators.
 *
 * @param updateCandidates most similar memories shown to the update stage, per fact
 * @param similarityThreshold cosine below which a memory is no candidate; without candidates a fact is added without a model call
 * @param deleteConfidence a DELETE that the model is less sure of gives way to its next best operation
 * @param extractionTokens most tokens of the facts of one exchange
 * @param answerTokens most tokens of one answer
 */
public record OperatorSettings(int updateCandidates, double similarityThreshold, double deleteConfidence, int extractionTokens, int answerTokens) {

    public static final OperatorSettings DEFAULT = new OperatorSettings(4, 0.55, 0.8, 160, 48);

    public OperatorSettings {
        requireAtLeastOne("updateCandidates", updateCandidates);
        requireAtLeastOne("extractionTokens", extractionTokens);
        requireAtLeastOne("answerTokens", answerTokens);
        if (!(similarityThreshold >= -1 && similarityThreshold <= 1)) {
            throw new IllegalArgumentException("similarityThreshold is " + similarityThreshold + ", expected -1 to 1");
        }
        requireShare("deleteConfidence", deleteConfidence);
    }

    private static void requireShare(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " is " + value + ", expected 0 to 1");
        }
    }

    private static void requireAtLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", expected at least 1");
        }
    }
}
