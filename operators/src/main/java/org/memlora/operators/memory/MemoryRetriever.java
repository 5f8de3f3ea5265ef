package org.memlora.operators.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.memlora.models.embedding.TextEmbedder;

/**
 * Finds the memories of one bank that fit a text.
 *
 * <p>score = cosine(query, memory) + {@value #WORD_WEIGHT} * overlap - {@value #CLOSED_PENALTY} where the memory is
 * closed, with overlap = sum of idf over shared content words / sum of idf over the query's content words, and
 * idf(w) = ln(1 + n / (1 + memories that hold w)). Vectors miss names and numbers, words find them.
 */
public final class MemoryRetriever {

    static final double WORD_WEIGHT = 0.3;
    /** "Used to" questions still reach closed memories; a valid one of like fit stands first. */
    static final double CLOSED_PENALTY = 0.1;

    private static final Comparator<ScoredMemory> BEST_FIRST = Comparator.comparingDouble(ScoredMemory::score)
            .reversed().thenComparing(scored -> scored.memory().id());

    private final TextEmbedder embedder;

    public MemoryRetriever(TextEmbedder embedder) {
        this.embedder = embedder;
    }

    /** The {@code limit} best memories, closed ones included, best first; equal scores by id. */
    public List<ScoredMemory> retrieve(MemoryBank bank, String query, int limit) {
        return retrieve(bank, query, embedder.embed(List.of(query)).get(0), limit);
    }

    /** The same with the query's unit vector at hand. */
    public List<ScoredMemory> retrieve(MemoryBank bank, String query, float[] queryVector, int limit) {
        Set<String> queryWords = Words.content(query);
        List<Memory> memories = new ArrayList<>();
        List<Set<String>> shared = new ArrayList<>();
        Map<String, Integer> holders = new HashMap<>();
        bank.forEach(memory -> {
            Set<String> words = Words.content(memory.text());
            words.retainAll(queryWords);
            words.forEach(word -> holders.merge(word, 1, Integer::sum));
            memories.add(memory);
            shared.add(words);
        });
        double whole = idfSum(queryWords, holders, memories.size());
        List<ScoredMemory> scored = new ArrayList<>(memories.size());
        for (int i = 0; i < memories.size(); i++) {
            Memory memory = memories.get(i);
            double overlap = whole == 0 ? 0 : idfSum(shared.get(i), holders, memories.size()) / whole;
            double score = cosine(queryVector, memory.embedding()) + WORD_WEIGHT * overlap
                    - (memory.validTo().isPresent() ? CLOSED_PENALTY : 0);
            scored.add(new ScoredMemory(memory, score));
        }
        return scored.stream().sorted(BEST_FIRST).limit(limit).toList();
    }

    /** Valid memories whose cosine reaches the threshold, most similar first; the update stage's candidates. */
    public List<ScoredMemory> similar(MemoryBank bank, float[] vector, double threshold, int limit) {
        List<ScoredMemory> similar = new ArrayList<>();
        bank.forEach(memory -> {
            double cosine = cosine(vector, memory.embedding());
            if (memory.validTo().isEmpty() && cosine >= threshold) {
                similar.add(new ScoredMemory(memory, cosine));
            }
        });
        return similar.stream().sorted(BEST_FIRST).limit(limit).toList();
    }

    private static double idfSum(Set<String> words, Map<String, Integer> holders, int memories) {
        return words.stream().mapToDouble(word -> Math.log(1 + (double) memories / (1 + holders.getOrDefault(word, 0)))).sum();
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
