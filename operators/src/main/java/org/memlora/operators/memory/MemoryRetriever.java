package org.memlora.operators.memory;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.memlora.models.embedding.TextEmbedder;

/**
 * Finds the memories of one bank that fit a text: scores over the bank's {@link BankIndex}, a heap of the best, and only those are read.
 *
 * <p>score = own + {@value #BESIDE_WEIGHT} * the better own of what was said right before and right after - {@value #CLOSED_PENALTY}
 * where the memory is closed; own = 2/3 cosine(query, fact) + 1/3 cosine(query, what was said) + {@value #WORD_WEIGHT} * overlap, with
 * overlap = sum of idf over the query's content words that the memory holds / sum of idf over all of them, words that only what was
 * said holds counted three quarters, and idf(w) = ln(1 + n / (1 + memories that hold w)). Vectors miss names and numbers, words find
 * them; an answer often stands beside what a question names ({@link BankIndex#beside}; closed memories count there as others do).
 * Where only the text is known, it stands for what was said. A closed memory tells itself apart by its {@code validTo}. Threading: may
 * be called by all threads, with different banks.
 */
public final class MemoryRetriever {

    static final double WORD_WEIGHT = 0.5;
    static final double BESIDE_WEIGHT = 0.15;
    /** "Used to" questions still reach closed memories; a valid one of like fit stands first. */
    static final double CLOSED_PENALTY = 0.1;
    /** A vector's product with itself may miss 1 by this much. */
    private static final double ROUNDING = 3e-5;

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
        BankIndex index = bank.index();
        index.requireDimensions("the query vector", queryVector);
        Overlap overlap = new Overlap(List.copyOf(Words.content(query)), index, includeClosed);
        float[] fits = index.fits(queryVector);
        double[] own = new double[index.size()];
        for (int i = 0; i < own.length; i++) {
            own[i] = fits[i] + WORD_WEIGHT * overlap.of(i);
        }
        double[] beside = index.beside(own);
        Best best = new Best(limit);
        for (int i = 0; i < own.length; i++) {
            boolean closed = index.isClosed(i);
            if (includeClosed || !closed) {
                best.offer(index.id(i), own[i] + BESIDE_WEIGHT * beside[i] - (closed ? CLOSED_PENALTY : 0));
            }
        }
        return best.read(bank);
    }

    /** Valid memories whose cosine reaches the threshold, most similar first; the update stage's candidates. */
    public List<ScoredMemory> similar(MemoryBank bank, float[] vector, double threshold, int limit) {
        BankIndex index = bank.index();
        index.requireDimensions("the fact's vector", vector);
        float[] cosines = index.cosines(vector);
        Best similar = new Best(limit);
        for (int i = 0; i < index.size(); i++) {
            if (!index.isClosed(i) && cosines[i] >= threshold - ROUNDING) {
                similar.offer(index.id(i), cosines[i]);
            }
        }
        return similar.read(bank);
    }

    /** The share of the query's words that a memory holds, each by its idf; sums run in the query's order, so that they are the same everywhere. */
    private static final class Overlap {
        private final BankIndex index;
        private final int[] wanted;
        private final byte[] held;
        private final double[] idf;
        private final double whole;

        Overlap(List<String> words, BankIndex index, boolean includeClosed) {
            this.index = index;
            wanted = index.wanted(words);
            held = new byte[words.size()];
            int[] holders = new int[words.size()];
            int memories = 0;
            for (int i = 0; i < index.size(); i++) {
                if (includeClosed || !index.isClosed(i)) {
                    memories++;
                    if (index.hold(i, wanted, held)) {
                        for (int word = 0; word < held.length; word++) {
                            holders[word] += held[word] > 0 ? 1 : 0;
                            held[word] = 0;
                        }
                    }
                }
            }
            idf = new double[words.size()];
            double sum = 0;
            for (int i = 0; i < idf.length; i++) {
                idf[i] = Math.log(1 + (double) memories / (1 + holders[i]));
                sum += idf[i];
            }
            whole = sum;
        }

        double of(int memory) {
            if (!index.hold(memory, wanted, held)) {
                return 0;
            }
            double sum = 0;
            for (int i = 0; i < held.length; i++) {
                sum += held[i] * idf[i] / BankIndex.OWN;
                held[i] = 0;
            }
            return sum / whole;
        }
    }

    private record ScoredId(String id, double score) {
        static final Comparator<ScoredId> BEST_FIRST =
                Comparator.comparingDouble(ScoredId::score).reversed().thenComparing(ScoredId::id);
    }

    /** The {@code limit} best, equal scores by id; the worst of them on top of the heap. */
    private static final class Best {
        private final PriorityQueue<ScoredId> heap = new PriorityQueue<>(ScoredId.BEST_FIRST.reversed());
        private final int limit;
        private double worst = Double.NEGATIVE_INFINITY;

        Best(int limit) {
            if (limit < 1) {
                throw new IllegalArgumentException("limit is " + limit + ", expected at least 1");
            }
            this.limit = limit;
        }

        void offer(String id, double score) {
            if (score < worst) {
                return;
            }
            heap.add(new ScoredId(id, score));
            if (heap.size() > limit) {
                heap.poll();
            }
            if (heap.size() == limit) {
                worst = heap.peek().score;
            }
        }

        List<ScoredMemory> read(MemoryBank bank) {
            return heap.stream().sorted(ScoredId.BEST_FIRST)
                    .map(one -> new ScoredMemory(bank.get(one.id).orElseThrow(), one.score)).toList();
        }
    }
}
