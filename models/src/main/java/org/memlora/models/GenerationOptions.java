package org.memlora.models;

/**
 * Limits of one generation.
 *
 * @param maxTokens most tokens to generate, at least 1
 * @param temperature 0 = greedy; above 0 = sampling with {@code seed}
 * @param seed seed of the row's own random numbers
 */
public record GenerationOptions(int maxTokens, double temperature, long seed) {
    public GenerationOptions {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens is " + maxTokens + ", expected at least 1");
        }
        if (!(temperature >= 0)) {
            throw new IllegalArgumentException("temperature is " + temperature + ", expected 0 (greedy) or more");
        }
    }

    public static GenerationOptions greedy(int maxTokens) {
        return new GenerationOptions(maxTokens, 0, 0);
    }
}
