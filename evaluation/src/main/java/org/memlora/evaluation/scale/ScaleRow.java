package org.memlora.evaluation.scale;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * One measurement; null, and absent from the file, where it was not measured.
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
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ScaleRow(String series, int workers, int conversations, int bankSize, long modelMillis, int turns, double turnsPerSecond,
        double turnMillis, Percentiles retrievalMillis, Percentiles answerMillis, long heapBytes, Long residentBytes, long indexBytes,
        long storeBytes, Double changelogBytesPerTurn) {

    public record Percentiles(double p50, double p95) { }
}
