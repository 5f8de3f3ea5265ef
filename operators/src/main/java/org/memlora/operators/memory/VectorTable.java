package org.memlora.operators.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Equally long vectors, by place, to be multiplied by one vector all at once. The first ones lie one after the other, in an array that
 * grows, so that small banks stay small; further ones in blocks, each dimension an array: then the sums of a block's vectors grow side
 * by side, which the compiler does some lanes at a time, while it may not reorder the sum of one vector. The rows are arrays of their
 * own as it does so only where all indexes are equal. Both ways add in the same order.
 */
final class VectorTable {

    /** Vectors of a block, and of the first array. */
    private static final int BLOCK = 256;
    private static final int FIRST_CAPACITY = 4;

    private final List<float[][]> blocks = new ArrayList<>();
    private float[] first = new float[0];
    private int dimensions;
    private int size;

    /** 0 while there is no vector. */
    int dimensions() {
        return dimensions;
    }

    /** Adds a vector at the end, or replaces one. */
    void put(int place, float[] vector) {
        dimensions = vector.length;
        size = Math.max(size, place + 1);
        if (place < BLOCK) {
            if (first.length < (place + 1) * dimensions) {
                first = Arrays.copyOf(first, Math.max(FIRST_CAPACITY, Math.min(BLOCK, 2 * place)) * dimensions);
            }
            System.arraycopy(vector, 0, first, place * dimensions, dimensions);
            return;
        }
        int block = place / BLOCK - 1;
        if (block == blocks.size()) {
            blocks.add(new float[dimensions][BLOCK]);
        }
        float[][] rows = blocks.get(block);
        for (int dimension = 0; dimension < dimensions; dimension++) {
            rows[dimension][place % BLOCK] = vector[dimension];
        }
    }

    /** Of each vector and the given one. The same two vectors give the same bits everywhere, whatever stands beside them. */
    float[] products(float[] vector) {
        float[] all = new float[size];
        for (int place = 0; place < Math.min(size, BLOCK); place++) {
            all[place] = product(vector, place * dimensions);
        }
        float[] sums = new float[BLOCK];
        for (int block = 0; block < blocks.size(); block++) {
            float[][] rows = blocks.get(block);
            Arrays.fill(sums, 0);
            for (int dimension = 0; dimension < dimensions; dimension++) {
                add(sums, rows[dimension], vector[dimension]);
            }
            int from = (block + 1) * BLOCK;
            System.arraycopy(sums, 0, all, from, Math.min(BLOCK, size - from));
        }
        return all;
    }

    long bytes() {
        return (long) Float.BYTES * (first.length + (long) blocks.size() * dimensions * BLOCK);
    }

    private float product(float[] vector, int from) {
        float sum = 0;
        for (int i = 0; i < vector.length; i++) {
            sum += vector[i] * first[from + i];
        }
        return sum;
    }

    /* A method of its own, with nothing but the loop: so it is compiled to vector instructions. */
    private static void add(float[] sums, float[] row, float factor) {
        for (int i = 0; i < BLOCK; i++) {
            sums[i] += factor * row[i];
        }
    }
}
