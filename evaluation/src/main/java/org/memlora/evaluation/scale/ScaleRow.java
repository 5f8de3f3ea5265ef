package org.memlora.evaluation.scale;

/**
 * One measurement; 0 where it was not measured.
 *
 * @param series what was varied: workers, workers-waiting-model, conversations, bank-size, banks
 * @param workers as many as partitions; stream threads of one process here
 * @param conversations banks that the turns went to in turns
 * @param bankSize memories that each bank had before the measurement
 * @param modelMillis time of a model call
 * @param turnMillis wall time per turn
 * @param retrievalMillis of a question's memories, within the worker
 * @param answerMillis from sending a question to reading its answer, one question at a time
 * @param storeBytes local stores on disk
 * @param changelogBytesPerTurn written to all changelogs, per turn
 */
public record ScaleRow(String series, int workers, int conversations, int bankSize, long modelMillis, int turns, double turnsPerSecond,
        double turnMillis, Percentiles retrievalMillis, Percentiles answerMillis, long heapBytes, long residentBytes, long indexBytes,
        long storeBytes, double changelogBytesPerTurn) {

    public record Percentiles(double p50, double p95) {
        static final Percentiles NONE = new Percentiles(0, 0);
    }
}
