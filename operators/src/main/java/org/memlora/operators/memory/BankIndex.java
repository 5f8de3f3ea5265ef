package org.memlora.operators.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What retrieval must know of each memory of a bank, in the heap: vectors, content words, when it was said, closed or not; no text. Two
 * vectors: the fact's own, to find what says the same, and one that is drawn to what was said, to find what answers a
 * question. It takes some 8 bytes per vector dimension and 370 more per memory. Threading: one thread.
 */
public final class BankIndex {

    static final byte OWN = 4;
    static final byte SAID = 3;
    private static final float SAID_SHARE = 1f / 3;
    private static final int FIRST_CAPACITY = 4;
    /** What was said further apart than an hour is another conversation. */
    private static final long TOGETHER_MILLIS = 3_600_000;
    /** Id, its entry in the map, and the places in the arrays. */
    private static final int ENTRY_BYTES = 200;
    private static final int WORD_BYTES = 100;

    private final Map<String, Integer> places = new HashMap<>();
    private final Map<String, Integer> dictionary = new HashMap<>();
    private final VectorTable facts = new VectorTable();
    private final VectorTable fits = new VectorTable();
    private final List<String> ids = new ArrayList<>();
    private final BitSet closed = new BitSet();
    /** Places in the order in which their memories were said, if sorted. */
    private int[] bySaid = new int[FIRST_CAPACITY];
    private boolean isSorted = true;
    private long[] saidAt = new long[FIRST_CAPACITY];
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
        saidAt(place, memory.validFrom().toEpochMilli(), known == null);
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

    /**
     * The best score among the memories said right before and right after each, in the same conversation; 0 where there are none, or
     * none above it. Memories of one moment stand together, beside those of the next. By place.
     */
    double[] beside(double[] scores) {
        int size = ids.size();
        if (!isSorted) {
            bySaid = IntStream.range(0, size).boxed().sorted(Comparator.comparingLong(place -> saidAt[place])).mapToInt(Integer::intValue).toArray();
            isSorted = true;
        }
        int[] moment = new int[size];
        double[] best = new double[size];
        long[] time = new long[size];
        int moments = 0;
        for (int i = 0; i < size; i++) {
            int place = bySaid[i];
            if (i == 0 || saidAt[place] != time[moments - 1]) {
                time[moments++] = saidAt[place];
            }
            moment[place] = moments - 1;
            best[moments - 1] = Math.max(best[moments - 1], scores[place]);
        }
        double[] beside = new double[size];
        for (int place = 0; place < size; place++) {
            int now = moment[place];
            double before = now > 0 && time[now] - time[now - 1] <= TOGETHER_MILLIS ? best[now - 1] : 0;
            double after = now + 1 < moments && time[now + 1] - time[now] <= TOGETHER_MILLIS ? best[now + 1] : 0;
            beside[place] = Math.max(before, after);
        }
        return beside;
    }

    /** Memories come in their order but for late ones, and for all that a restart reads by id. */
    private void saidAt(int place, long time, boolean isNew) {
        if (isNew) {
            bySaid = withRoom(bySaid, ids.size());
            saidAt = saidAt.length < bySaid.length ? Arrays.copyOf(saidAt, bySaid.length) : saidAt;
            bySaid[place] = place;
            isSorted &= place == 0 || saidAt[bySaid[place - 1]] <= time;
        } else {
            isSorted &= saidAt[place] == time;
        }
        saidAt[place] = time;
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
