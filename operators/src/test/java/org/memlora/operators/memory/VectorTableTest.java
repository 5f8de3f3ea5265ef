package org.memlora.operators.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorTableTest {

    private static final int DIMENSIONS = 37;
    private final Random random = new Random(20261128);
    private final VectorTable table = new VectorTable();

    private float[] vector() {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private static double product(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += (double) one[i] * other[i];
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 5, 255, 256, 257, 700})
    void shouldMultiplyEachVectorAlsoOnceTheBlocksGrew(int size) {
        List<float[]> vectors = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            vectors.add(vector());
            table.put(i, vectors.get(i));
        }
        vectors.set(size / 2, vector());
        table.put(size / 2, vectors.get(size / 2));
        float[] query = vector();
        float[] products = table.products(query);
        assertThat(products).hasSize(size);
        for (int i = 0; i < size; i++) {
            assertThat((double) products[i]).as("vector " + i).isEqualTo(product(vectors.get(i), query), within(1e-4));
        }
    }

    @Test
    void shouldGiveTheSameBitsWhereverAVectorStands() {
        float[] vector = vector();
        float[] query = vector();
        table.put(0, vector);
        float alone = table.products(query)[0];
        for (int i = 1; i < 600; i++) {
            table.put(i, i % 7 == 0 ? vector : vector());
        }
        float[] products = table.products(query);
        for (int i = 0; i < 600; i += 7) {
            assertThat(products[i]).as("place " + i).isEqualTo(alone);
        }
    }

    @Test
    void shouldHaveNoProductsWithoutVectors() {
        assertThat(table.products(vector())).isEmpty();
        assertThat(table.dimensions()).isZero();
    }
}
