package org.memlora.operators.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What retrieval must know of each memory of a bank, in the heap: vectors, content words, closed or not; no text. Two
 * vectors: the fact's own, to find what says the same, and one that is drawn to what was said, to find what answers a
 * question. It takes some 8 bytes per vector dimension and 350 more per memory. Threading: one thread.
 */
public final class BankIndex {

    static final byte OWN = 2;
    static final byte SAID = 1;
    private static final float SAID_SHARE = 1f / 3;
    private static final int FIRST_CAPACITY = 4;
    /** Id, its entry in the map, and the places in the arrays. */
    private static final int ENTRY_BYTES = 180;
    private static final int WORD_BYTES = 100;

    private final Map<String, Integer> places = new HashMap<>();
    private final Map<String, Integer> dictionary = new HashMap<>();
    private final VectorTable facts = new VectorTable();
    private final VectorTable fits = new VectorTable();
    private final List<String> ids = new ArrayList<>();
    private final BitSet closed = new BitSet();
    private int[] wordsFrom = new int[FIRST_CAPACITY];
    private int[] ownWordsTo = new int[FIRST_CAPACITY];
    private int[] wordsTo = new int[FIRST_CAPACITY];
    private int[] words = new int[FIRST_CAPACITY];
    private int wordCount;

    /** Adds the memory, or replaces the one with its id. */
    public void put(Memory memory) {
        requireDimensions("the memory's vector", memory.embedding());
        Integer known = places.putIfAbsent(memory.id(), ids.size());
        int place = known == null ? ids.size() : known;
        if (known == null) {
            ids.add(memory.id());
            wordsFrom = withRoom(wordsFrom, ids.size());
            ownWordsTo = withRoom(ownWordsTo, ids.size());
            wordsTo = withRoom(wordsTo, ids.size());
        }
        facts.put(place, memory.embedding());
        fits.put(place, memory.said().map(said -> drawn(memory.embedding(), said.embedding())).orElse(memory.embedding()));
        closed.set(place, memory.validTo().isPresent());
        Set<String> own = Words.content(memory.text());
        Set<String> all = new LinkedHashSet<>(own);
        memory.said().ifPresent(said -> all.addAll(said.words()));
        putWords(place, own, all);
    }

    /** Two parts of the fact's vector, one of the dialogue's. */
    private static float[] drawn(float[] fact, float[] said) {
        float[] vector = new float[fact.length];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (1 - SAID_SHARE) * fact[i] + SAID_SHARE * said[i];
        }
        return vector;
    }

    /** Number of memories, closed ones included. */
    public int size() {
        return ids.size();
    }

    /** Heap taken, roughly. */
    public long bytes() {
        return facts.bytes() + fits.bytes() + (long) ENTRY_BYTES * ids.size() + (long) Integer.BYTES * words.length + (long) WORD_BYTES * dictionary.size();
    }

    String id(int place) {
        return ids.get(place);
    }

    boolean isClosed(int place) {
        return closed.get(place);
    }

    /** Of each memory's fact and the given vector, by place. */
    float[] cosines(float[] vector) {
        return facts.products(vector);
    }

    /** How near a question is to each memory's fact and to what was said, by place: the mean of both cosines, weighed. */
    float[] fits(float[] question) {
        return fits.products(question);
    }

    /** @throws IllegalArgumentException if the vector is not as long as those of this bank */
    void requireDimensions(String name, float[] vector) {
        if (!ids.isEmpty() && vector.length != facts.dimensions()) {
            throw new IllegalArgumentException(name + " has " + vector.length + " dimensions, the bank's memories have "
                    + facts.dimensions() + ": the bank was written with another text embedder");
        }
    }

    /** For each word of the dictionary: its place among the given words plus one, or 0. */
    int[] wanted(List<String> given) {
        int[] wanted = new int[dictionary.size()];
        for (int i = 0; i < given.size(); i++) {
            Integer word = dictionary.get(given.get(i));
            if (word != null) {
                wanted[word] = i + 1;
            }
        }
        return wanted;
    }

    /**
     * Sets {@code held} at each given word that the memory holds: {@link #OWN} where its text does, {@link #SAID} where only
     * what was said does; false if it holds none. {@code wanted}: of these words.
     */
    boolean hold(int place, int[] wanted, byte[] held) {
        boolean any = false;
        for (int i = wordsFrom[place]; i < wordsTo[place]; i++) {
            int word = wanted[words[i]];
            if (word > 0) {
                held[word - 1] = i < ownWordsTo[place] ? OWN : SAID;
                any = true;
            }
        }
        return any;
    }

    /** @param own the first of {@code content} */
    private void putWords(int place, Set<String> own, Set<String> content) {
        if (wordsTo[place] - wordsFrom[place] != content.size()) {
            words = withRoom(words, wordCount + content.size());
            wordsFrom[place] = wordCount;
            wordCount += content.size();
            wordsTo[place] = wordCount;
        }
        ownWordsTo[place] = wordsFrom[place] + own.size();
        int next = wordsFrom[place];
        for (String word : content) {
            Integer known = dictionary.putIfAbsent(word, dictionary.size());
            words[next++] = known == null ? dictionary.size() - 1 : known;
        }
    }

    private static int[] withRoom(int[] array, int length) {
        return length <= array.length ? array : Arrays.copyOf(array, Math.max(length, array.length + array.length / 2));
    }
}
