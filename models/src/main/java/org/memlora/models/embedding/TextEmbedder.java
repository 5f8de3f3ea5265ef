package org.memlora.models.embedding;

import java.util.List;

/** Text to unit vectors whose dot product is the cosine similarity. Threading: may be called by all threads. */
public interface TextEmbedder extends AutoCloseable {

    int dimensions();

    /** One vector of length {@link #dimensions()} and norm 1 per text, in order. */
    List<float[]> embed(List<String> texts);

    @Override
    void close();
}
