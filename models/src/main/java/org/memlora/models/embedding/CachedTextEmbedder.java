package org.memlora.models.embedding;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Remembers the vectors of the texts used last. Threading: may be called by all threads. */
public final class CachedTextEmbedder implements TextEmbedder {

    private static final float LOAD_FACTOR = 0.75f;

    private final TextEmbedder delegate;
    private final Map<String, float[]> recent;

    /**
     * @param delegate is closed with this object
     * @param capacity most texts to remember, at least 1; 10,000 vectors of 384 values take about 16 MB
     */
    public CachedTextEmbedder(TextEmbedder delegate, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity is " + capacity + ", expected at least 1");
        }
        this.delegate = delegate;
        this.recent = new LinkedHashMap<>(16, LOAD_FACTOR, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, float[]> eldest) {
                return size() > capacity;
            }
        };
    }

    @Override
    public int dimensions() {
        return delegate.dimensions();
    }

    /** Each text that is not remembered goes to the delegate once, all in one call. The vectors are copies. */
    @Override
    public List<float[]> embed(List<String> texts) {
        Map<String, float[]> found = new LinkedHashMap<>();
        Set<String> missing = new LinkedHashSet<>();
        synchronized (recent) {
            for (String text : texts) {
                float[] vector = recent.get(text);
                if (vector == null) {
                    missing.add(text);
                } else {
                    found.put(text, vector);
                }
            }
        }
        if (!missing.isEmpty()) {
            embedMissing(List.copyOf(missing), found);
        }
        List<float[]> vectors = new ArrayList<>(texts.size());
        texts.forEach(text -> vectors.add(found.get(text).clone()));
        return vectors;
    }

    private void embedMissing(List<String> texts, Map<String, float[]> found) {
        List<float[]> vectors = delegate.embed(texts);
        synchronized (recent) {
            for (int i = 0; i < texts.size(); i++) {
                found.put(texts.get(i), vectors.get(i));
                recent.put(texts.get(i), vectors.get(i));
            }
        }
    }

    @Override
    public void close() {
        delegate.close();
    }
}
