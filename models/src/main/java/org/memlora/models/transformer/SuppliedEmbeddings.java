package org.memlora.models.transformer;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Vectors that stand in for embeddings, under token ids above the vocabulary: each piece gets the next ids, so no two pieces share one.
 * Threading: all threads.
 */
public final class SuppliedEmbeddings {
    private final int vocabularySize;
    private final int width;
    private final ConcurrentSkipListMap<Integer, float[]> pieces = new ConcurrentSkipListMap<>();
    private int next;

    public SuppliedEmbeddings(int vocabularySize, int width) {
        this(vocabularySize, width, vocabularySize);
    }

    /** @param next the first id to give */
    SuppliedEmbeddings(int vocabularySize, int width, int next) {
        this.vocabularySize = vocabularySize;
        this.width = width;
        this.next = next;
    }

    /** @return the id of the first vector */
    public synchronized int add(float[] vectors) {
        if (vectors.length == 0 || vectors.length % width != 0) {
            throw new IllegalArgumentException(vectors.length + " values, expected one or more vectors of " + width);
        }
        int count = vectors.length / width;
        if (count > Integer.MAX_VALUE - next) {
            next = vocabularySize;   // after 2^31 vectors the first ids are used again
        }
        if (!pieces.subMap(next, next + count).isEmpty() || contains(next)) {
            throw new IllegalStateException("the ids of supplied embeddings are used up; drop those that are no longer needed");
        }
        int first = next;
        pieces.put(first, vectors.clone());
        next += count;
        return first;
    }

    public void remove(int first) {
        pieces.remove(first);
    }

    boolean isEmpty() {
        return pieces.isEmpty();
    }

    public boolean contains(int token) {
        Map.Entry<Integer, float[]> piece = pieces.floorEntry(token);
        return piece != null && (token - piece.getKey()) < piece.getValue().length / width;
    }

    /** Copies the vector of {@code token} to {@code target} from {@code at} on. */
    public void copy(int token, float[] target, int at) {
        Map.Entry<Integer, float[]> piece = pieces.floorEntry(token);
        if (piece == null || token - piece.getKey() >= piece.getValue().length / width) {
            throw new IllegalArgumentException("token " + token + " has no embedding: it is outside 0 .. " + (vocabularySize - 1)
                    + " and was not supplied or was dropped");
        }
        System.arraycopy(piece.getValue(), (token - piece.getKey()) * width, target, at, width);
    }
}
