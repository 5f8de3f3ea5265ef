package org.memlora.models.vision.embedded;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * From how sure each cell is of an object's middle to the cells of objects. A middle near the border of two cells makes both half sure: only one
 * of neighbours counts, unless it is sure by itself.
 */
record ObjectPlaces(int cells, int most) {
    private static final float LEAST = 0.2f;
    private static final float SURE = 0.7f;

    /** Row by row. */
    int[] of(float[] middles) {
        List<Integer> order = IntStream.range(0, middles.length).filter(cell -> middles[cell] >= LEAST).boxed()
                .sorted(Comparator.comparing((Integer cell) -> middles[cell]).reversed()).toList();
        List<Integer> found = new ArrayList<>();
        for (int cell : order) {
            if (found.size() < most && (middles[cell] >= SURE || found.stream().noneMatch(other -> areNeighbours(cell, other)))) {
                found.add(cell);
            }
        }
        return found.stream().mapToInt(Integer::intValue).sorted().toArray();
    }

    private boolean areNeighbours(int a, int b) {
        return Math.abs(a / cells - b / cells) <= 1 && Math.abs(a % cells - b % cells) <= 1;
    }
}
