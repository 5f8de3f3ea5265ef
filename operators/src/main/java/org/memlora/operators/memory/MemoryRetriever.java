package org.memlora.operators.memory;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.memlora.models.embedding.TextEmbedder;

/**
 * Finds the memories of one bank that fit a text, in one pass over the bank and a heap of the best.
 *
 * <p>score = cosine(query, memory) + {@value #WORD_WEIGHT} * overlap - {@value #CLOSED_PENALTY} where the memory is
 * closed, with overlap = sum of idf over shared content words / sum of idf over the query's content words, and
 * idf(w) = ln(1 + n / (1 + memories that hold w)). Vectors miss names and numbers, words find them. A closed memory
 * tells itself apart by its {@code validTo}. Threading: may be called by all threads, with different banks.
 */
public final class MemoryRetriever {

    static final double WORD_WEIGHT = 0.3;
    /** "Used to" questions still reach closed memories; a valid one of like fit stands first. */
    static final double CLOSED_PENALTY = 0.1;
    /** A vector's product with itself may miss 1 by this much. */
    private static final double ROUNDING = 1e-6;

    private static final Comparator<ScoredMemory> BEST_FIRST = Comparator.comparingDouble(ScoredMemory::score)
            .reversed().thenComparing(scored -> scored.memory().id());

    private final TextEmbedder embedder;

    public MemoryRetriever(TextEmbedder embedder) {
        this.embedder = embedder;
    }

    /** One vector per query, in order, in one call; for {@link #retrieve(MemoryBank, String, float[], int, boolean)}. */
    public List<float[]> vectors(List<String> queries) {
        return queries.isEmpty() ? List.of() : embedder.embed(queries);
    }

    /** The {@code limit} best memories, closed ones included, best first; equal scores by id. */
    public List<ScoredMemory> retrieve(MemoryBank bank, String query, int limit) {
        return retrieve(bank, query, embedder.embed(List.of(query)).get(0), limit, true);
    }

    /** The same with the query's unit vector at hand, without closed memories on demand. */
    public List<ScoredMemory> retrieve(MemoryBank bank, String query, float[] queryVector, int limit, boolean includeClosed) {
        List<String> words = List.copyOf(Words.content(query));
        int[] holders = new int[words.size()];
        List<Entry> entries = new ArrayList<>();
        bank.forEach(memory -> {
            boolean closed = memory.validTo().isPresent();
            if (includeClosed || !closed) {
                BitSet shared = shared(words, memory.text());
                shared.stream().forEach(word -> holders[word]++);
                double fit = cosine(queryVector, memory.embedding()) - (closed ? CLOSED_PENALTY : 0);
                entries.add(new Entry(memory.id(), fit, shared));
            }
        });
        double[] idf = new double[words.size()];
        double whole = 0;
        for (int i = 0; i < idf.length; i++) {
            idf[i] = Math.log(1 + (double) entries.size() / (1 + holders[i]));
            whole += idf[i];
        }
        Best<ScoredId> best = new Best<>(ScoredId.BEST_FIRST, limit);
        for (Entry entry : entries) {
            double overlap = whole == 0 ? 0 : entry.shared.stream().mapToDouble(word -> idf[word]).sum() / whole;
            best.offer(new ScoredId(entry.id, entry.fit + WORD_WEIGHT * overlap));
        }
        return best.sorted().stream().map(top -> new ScoredMemory(bank.get(top.id).orElseThrow(), top.score)).toList();
    }

    /** Valid memories whose cosine reaches the threshold, most similar first; the update stage's candidates. */
    public List<ScoredMemory> similar(MemoryBank bank, float[] vector, double threshold, int limit) {
        Best<ScoredMemory> similar = new Best<>(BEST_FIRST, limit);
        bank.forEach(memory -> {
            if (memory.validTo().isEmpty()) {
                double cosine = cosine(vector, memory.embedding());
                if (cosine >= threshold - ROUNDING) {
                    similar.offer(new ScoredMemory(memory, cosine));
                }
            }
        });
        return similar.sorted();
    }

    /* What must wait for the idf of the whole bank: no text, no vector. */
    private record Entry(String id, double fit, BitSet shared) { }

    private record ScoredId(String id, double score) {
        static final Comparator<ScoredId> BEST_FIRST =
                Comparator.comparingDouble(ScoredId::score).reversed().thenComparing(ScoredId::id);
    }

    /** The {@code limit} first elements in the order; the worst of them on top of the heap. */
    private static final class Best<T> {
        private final Comparator<T> order;
        private final PriorityQueue<T> heap;
        private final int limit;

        Best(Comparator<T> order, int limit) {
            if (limit < 1) {
                throw new IllegalArgumentException("limit is " + limit + ", expected at least 1");
            }
            this.order = order;
            this.heap = new PriorityQueue<>(order.reversed());
            this.limit = limit;
        }

        void offer(T element) {
            heap.add(element);
            if (heap.size() > limit) {
                heap.poll();
            }
        }

        List<T> sorted() {
            return heap.stream().sorted(order).toList();
        }
    }

    private static BitSet shared(List<String> queryWords, String text) {
        Set<String> words = Words.content(text);
        BitSet shared = new BitSet(queryWords.size());
        for (int i = 0; i < queryWords.size(); i++) {
            shared.set(i, words.contains(queryWords.get(i)));
        }
        return shared;
    }

    private static double cosine(float[] a, float[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException("the query vector has " + a.length + " dimensions, the memory's has "
                    + b.length + ": the bank was written with another text embedder");
        }
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
