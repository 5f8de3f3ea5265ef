package org.memlora.models.generation;

/**
 * How a {@link ContinuousBatcher} shares the model.
 *
 * @param prefillTokens most prompt tokens of one row per forward call; while rows decode, of all rows together
 * @param queueCapacity requests that wait for a row before callers block
 */
public record BatcherSettings(int prefillTokens, int queueCapacity) {

    public static final BatcherSettings DEFAULT = new BatcherSettings(256, 256);

    public BatcherSettings {
        if (prefillTokens < 1 || queueCapacity < 1) {
            throw new IllegalArgumentException("prefillTokens is " + prefillTokens + " and queueCapacity "
                    + queueCapacity + ", expected at least 1");
        }
    }
}
