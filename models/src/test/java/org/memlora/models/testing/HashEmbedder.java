package org.memlora.models.testing;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.memlora.models.embedding.TextEmbedder;

/**
 * Bag of words hashed into 64 dimensions: texts with common words are near each other, and nothing needs loading.
 * Threading: stateless.
 */
public final class HashEmbedder implements TextEmbedder {

    private static final int DIMENSIONS = 64;
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");

    @Override
    public int dimensions() {
        return DIMENSIONS;
    }

    @Override
    public List<float[]> embed(List<String> texts) {
        return texts.stream().map(HashEmbedder::embed).toList();
    }

    private static float[] embed(String text) {
        float[] vector = new float[DIMENSIONS];
        Matcher words = WORD.matcher(text.toLowerCase(Locale.ROOT));
        double squares = 0;
        while (words.find()) {
            int hash = words.group().hashCode() * 0x9E3779B9;
            vector[(hash ^ hash >>> 15) & DIMENSIONS - 1] += 1;
        }
        for (float value : vector) {
            squares += value * value;
        }
        if (squares == 0) {
            vector[0] = 1;
            return vector;
        }
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] /= (float) Math.sqrt(squares);
        }
        return vector;
    }

    @Override
    public void close() { }
}
