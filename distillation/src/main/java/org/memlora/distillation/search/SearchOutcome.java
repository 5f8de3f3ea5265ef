package org.memlora.distillation.search;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.memlora.distillation.DistillationConfig.Expert;
import org.memlora.distillation.search.OuterScore.Scored;
import org.memlora.distillation.search.StageSearch.Found;

/**
 * What one method found.
 *
 * @param stages by name, in the order of the pipeline
 * @param combinations identity by stage, scored; empty without the outer loop
 */
record SearchOutcome(SearchMethod method, Map<String, Found> stages, Map<Map<String, String>, Scored> combinations) {

    /** Candidates over all stages. */
    int configurations() {
        return stages.values().stream().mapToInt(found -> found.last().size()).sum();
    }

    int steps() {
        return stages.values().stream().mapToInt(Found::steps).sum();
    }

    double seconds() {
        return stages.values().stream().mapToDouble(Found::seconds).sum();
    }

    /** The combination with the highest score, of equal ones the first; empty without the outer loop. */
    Optional<Map.Entry<Map<String, String>, Scored>> bestCombination() {
        return combinations.entrySet().stream().reduce((a, b) -> b.getValue().score() > a.getValue().score() ? b : a);
    }

    /** Of the best combination; without the outer loop, those with the lowest losses. */
    Map<String, Candidate> best() {
        Map<String, Candidate> best = new LinkedHashMap<>();
        stages.forEach((stage, found) -> best.put(stage, bestCombination()
                .map(combination -> candidate(found, combination.getKey().get(stage))).orElse(found.best().get(0))));
        return best;
    }

    Map<String, Expert> bestExperts() {
        Map<String, Expert> experts = new LinkedHashMap<>();
        best().forEach((stage, candidate) -> experts.put(stage, candidate.expert()));
        return experts;
    }

    /** Identities of the candidates that the outer loop tries. */
    Map<String, List<String>> kept() {
        Map<String, List<String>> kept = new LinkedHashMap<>();
        stages.forEach((stage, found) -> kept.put(stage, found.best().stream().map(candidate -> found.last().get(candidate).identity()).toList()));
        return kept;
    }

    static Candidate candidate(Found found, String identity) {
        return found.last().entrySet().stream().filter(entry -> entry.getValue().identity().equals(identity)).map(Map.Entry::getKey)
                .findFirst().orElseThrow();
    }

    /** By the pipeline's score; without one by the sum of the losses. Of equal ones the first. */
    static SearchOutcome best(List<SearchOutcome> outcomes) {
        return outcomes.stream().min(Comparator.comparingDouble(outcome -> outcome.bestCombination().map(best -> -best.getValue().score())
                .orElse(outcome.stages.values().stream().mapToDouble(found -> found.bestTrial().bestLoss()).sum()))).orElseThrow();
    }
}
