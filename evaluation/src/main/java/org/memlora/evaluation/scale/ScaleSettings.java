package org.memlora.evaluation.scale;

import java.util.List;

/**
 * What is varied, one series each.
 *
 * @param turns of each measurement
 * @param workers numbers of workers, with as many partitions
 * @param conversations numbers of banks that turns go to at once
 * @param bankSizes memories that one bank holds
 * @param banks on one worker, two turns each
 */
public record ScaleSettings(int turns, List<Integer> workers, List<Integer> conversations, List<Integer> bankSizes, int banks) {

    private static final int LEAST_TURNS = 20;

    public ScaleSettings {
        if (turns < LEAST_TURNS || banks < 1) {
            throw new IllegalArgumentException("A measurement needs at least " + LEAST_TURNS + " turns and one bank, not " + turns + " turns and "
                    + banks + " banks.");
        }
        workers = List.copyOf(workers);
        conversations = List.copyOf(conversations);
        bankSizes = List.copyOf(bankSizes);
    }

    /** The figures to quote. */
    public static ScaleSettings full() {
        return new ScaleSettings(5_000, List.of(1, 2, 4, 8), List.of(1, 4, 16, 64, 256), List.of(100, 1_000, 10_000), 10_000);
    }

    /** A look. */
    public static ScaleSettings quick() {
        return new ScaleSettings(500, List.of(1, 2), List.of(1, 16), List.of(100, 1_000), 200);
    }
}
