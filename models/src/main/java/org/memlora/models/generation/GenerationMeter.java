package org.memlora.models.generation;

import java.util.HashMap;
import java.util.Map;
import org.memlora.models.generation.GenerationStats.Work;

/** Adds up what a batcher does. Threading: may be called by all threads. */
final class GenerationMeter {

    private final Map<String, Work> experts = new HashMap<>();
    private long forwardCalls;
    private long forwardRows;
    private long prefixHits;
    private long prefixSaves;
    private long prefixBytes;

    synchronized void called(int rows) {
        forwardCalls++;
        forwardRows += rows;
    }

    synchronized void ended(String expert, Work work) {
        experts.merge(expert, work, Work::plus);
    }

    synchronized void prefixes(long hits, long saves, long bytes) {
        prefixHits = hits;
        prefixSaves = saves;
        prefixBytes = bytes;
    }

    synchronized GenerationStats stats() {
        return new GenerationStats(experts, forwardCalls, forwardRows, prefixHits, prefixSaves, prefixBytes);
    }
}
