package org.memlora.models.embedding;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import java.util.ArrayList;
import java.util.List;
import org.memlora.models.NativeCalls;

/**
 * all-MiniLM-L6-v2 on ONNX Runtime; the model comes in a jar and is loaded once per process.
 * A text over the model's 510 tokens is the mean of its parts; beyond {@link #MOST_CHARACTERS} it is cut.
 */
public final class MiniLmEmbedder implements TextEmbedder {

    /** Bounds the time of one text: some 2000 to 4000 tokens, 4 to 8 passes of the model. */
    public static final int MOST_CHARACTERS = 12_000;

    private static final int DIMENSIONS = 384;

    private final AllMiniLmL6V2EmbeddingModel model = NativeCalls.call(() -> new AllMiniLmL6V2EmbeddingModel(Runnable::run));

    @Override
    public int dimensions() {
        return DIMENSIONS;
    }

    /** @throws IllegalArgumentException if a text is blank; the message has its position */
    @Override
    public List<float[]> embed(List<String> texts) {
        if (texts.isEmpty()) {
            return List.of();
        }
        List<TextSegment> segments = new ArrayList<>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            if (texts.get(i).isBlank()) {
                throw new IllegalArgumentException("text " + i + " of " + texts.size() + " to embed is blank");
            }
            segments.add(TextSegment.from(cut(texts.get(i))));
        }
        return NativeCalls.call(() -> model.embedAll(segments)).content().stream().map(Embedding::vector).map(MiniLmEmbedder::normalised).toList();
    }

    private static String cut(String text) {
        if (text.length() <= MOST_CHARACTERS) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(MOST_CHARACTERS - 1)) ? MOST_CHARACTERS - 1 : MOST_CHARACTERS;
        String start = text.substring(0, end);
        return start.isBlank() ? cut(text.strip()) : start;
    }

    private static float[] normalised(float[] vector) {
        double square = 0;
        for (float value : vector) {
            square += (double) value * value;
        }
        double norm = Math.sqrt(square);
        float[] unit = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            unit[i] = (float) (vector[i] / norm);
        }
        return unit;
    }

    /** Nothing to free: the model belongs to the process. */
    @Override
    public void close() { }
}
