package org.memlora.models.embedding;

import java.util.List;

/** Text to unit vectors whose dot product is the cosine similarity. Threading: may be called by all threads. */
public interface TextEmbedder extends AutoCloseable {

    int dimensions();

    /** One vector of length {@link #dimensions()} and norm 1 per text, in order. */
    List<float[]> embed(List<String> texts);

    /** Similarity of two vectors of norm 1, -1 .. 1. */
    static double cosine(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Override
    void close();
}
