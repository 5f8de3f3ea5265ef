package org.memlora.evaluation.scale;

import java.util.List;
import java.util.Random;
import org.memlora.models.embedding.TextEmbedder;

/** Unit vectors as wide as MiniLM's, by the text's hash: no two texts are near each other, and it costs next to nothing. */
final class ScaleEmbedder implements TextEmbedder {

    private static final int DIMENSIONS = 384;

    @Override
    public int dimensions() {
        return DIMENSIONS;
    }

    @Override
    public List<float[]> embed(List<String> texts) {
        return texts.stream().map(ScaleEmbedder::embed).toList();
    }

    private static float[] embed(String text) {
        Random random = new Random(text.hashCode());
        float[] vector = new float[DIMENSIONS];
        double squares = 0;
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = random.nextFloat() - 0.5f;
            squares += vector[i] * vector[i];
        }
        float norm = (float) Math.sqrt(squares);
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] /= norm;
        }
        return vector;
    }

    @Override
    public void close() { }
}
