package org.memlora.models.vision.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ObjectPlacesTest {

    @Test
    void ofUnsureNeighboursOneCountsOfSureOnesBoth() {
        float[] middles = new float[16];
        middles[0] = 0.5f;
        middles[1] = 0.45f;    // the same object
        middles[10] = 0.9f;
        middles[11] = 0.8f;    // another one
        middles[12] = 0.1f;    // nothing

        assertThat(new ObjectPlaces(4, 12).of(middles)).containsExactly(0, 10, 11);
    }

    @Test
    void rowsOfTheGridEndWhereItEnds() {
        float[] middles = new float[16];
        middles[3] = 0.5f;
        middles[4] = 0.5f;     // the next row's first cell is no neighbour

        assertThat(new ObjectPlaces(4, 12).of(middles)).containsExactly(3, 4);
    }

    @Test
    void ofTooManyTheSurestStay() {
        float[] middles = {0.71f, 0.9f, 0.72f, 0.95f};

        assertThat(new ObjectPlaces(2, 2).of(middles)).containsExactly(1, 3);
    }
}
