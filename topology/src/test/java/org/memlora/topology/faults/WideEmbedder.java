package org.memlora.topology.faults;

import java.util.Arrays;
import java.util.List;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.models.testing.HashEmbedder;

/** Hashed words in vectors as wide as MiniLM's, so that stores and changelogs are as large as real ones. */
final class WideEmbedder implements TextEmbedder {

    private static final int DIMENSIONS = 384;

    private final HashEmbedder hashes = new HashEmbedder();

    @Override
    public int dimensions() {
        return DIMENSIONS;
    }

    @Override
    public List<float[]> embed(List<String> texts) {
        return hashes.embed(texts).stream().map(vector -> Arrays.copyOf(vector, DIMENSIONS)).toList();
    }

    @Override
    public void close() {
        hashes.close();
    }
}
