package org.memlora.distillation.scenes;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How often each answer is right: what always giving the most frequent one would reach. */
public final class AnswerShares {
    private final Map<QuestionKind, Map<String, Integer>> counts = new EnumMap<>(QuestionKind.class);

    /** @param share of the kind's questions */
    public record Majority(String answer, double share) { }

    void add(SceneQuestion question) {
        counts.computeIfAbsent(question.kind(), kind -> new TreeMap<>()).merge(question.answer(), 1, Integer::sum);
    }

    public int questions(QuestionKind kind) {
        return answers(kind).values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Number of questions by answer. */
    public Map<String, Integer> answers(QuestionKind kind) {
        return Map.copyOf(counts.getOrDefault(kind, Map.of()));
    }

    /** Empty if there is no question of the kind. */
    public Optional<Majority> majority(QuestionKind kind) {
        int all = questions(kind);
        return counts.getOrDefault(kind, Map.of()).entrySet().stream().max(Map.Entry.comparingByValue())
                .map(most -> new Majority(most.getKey(), most.getValue() / (double) all));
    }
}
