package org.memlora.distillation.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The inner loop of one stage, by one of two methods. Exhaustive: all candidates are trained to the end. Successive halving: all get
 * {@code budgetSteps} steps, the better half by validation loss goes on to twice as many, and so on until {@code keep} are left,
 * which are trained to the end.
 *
 * <p>A budget is a prefix of the candidate's whole training: the learning rate's schedule always spans all steps. So a candidate goes on
 * bit for bit, its loss compares with that of others at the same point of the same schedule, and one that survives is the very
 * expert that exhaustive search would have trained. (A schedule per budget would need a new training for each, or a second warm-up.)
 */
final class StageSearch {

    private StageSearch() { }

    /** @param budget optimizer steps in all @param trials by candidate, best first @param kept those that go on, best first */
    record Round(int budget, Map<Candidate, Trial> trials, List<Candidate> kept) { }

    /**
     * @param last each candidate's last trial
     * @param best trained to the end, best first, at least one
     */
    record Found(List<Round> rounds, Map<Candidate, Trial> last, List<Candidate> best) {
        int steps() {
            return last.values().stream().mapToInt(Trial::steps).sum();
        }

        long tokens() {
            return last.values().stream().mapToLong(Trial::tokens).sum();
        }

        double seconds() {
            return last.values().stream().mapToDouble(Trial::seconds).sum();
        }

        Trial bestTrial() {
            return last.get(best.get(0));
        }
    }

    static Found exhaustive(List<Candidate> candidates, int keep, InnerLoop inner) {
        return rounds(candidates, Integer.MAX_VALUE, keep, inner);
    }

    static Found halving(List<Candidate> candidates, int budgetSteps, int keep, InnerLoop inner) {
        return rounds(candidates, budgetSteps, keep, inner);
    }

    private static Found rounds(List<Candidate> candidates, int first, int keep, InnerLoop inner) {
        int full = candidates.stream().mapToInt(inner::fullSteps).max().orElseThrow();
        List<Round> rounds = new ArrayList<>();
        Map<Candidate, Trial> last = new LinkedHashMap<>();
        List<Candidate> alive = candidates;
        for (int budget = candidates.size() <= keep ? full : Math.min(first, full);; ) {
            Map<Candidate, Trial> trials = new LinkedHashMap<>();
            for (Candidate candidate : alive) {
                trials.put(candidate, inner.train(candidate, Math.min(budget, inner.fullSteps(candidate))));
            }
            last.putAll(trials);
            boolean ended = budget == full;
            int most = Math.max(keep, ended ? 1 : (alive.size() + 1) / 2);
            List<Candidate> kept = best(trials, most);
            Map<Candidate, Trial> ordered = new LinkedHashMap<>();
            best(trials, trials.size()).forEach(candidate -> ordered.put(candidate, trials.get(candidate)));
            trials.forEach(ordered::putIfAbsent);
            rounds.add(new Round(budget, ordered, kept));
            if (kept.isEmpty()) {
                throw new IllegalStateException("All configurations of " + candidates.get(0).stage() + " that were left diverged within " + budget
                        + " steps: give lower learning rates.");
            }
            if (ended) {
                return new Found(rounds, last, kept);
            }
            alive = kept;
            budget = alive.size() <= keep ? full : (int) Math.min(full, 2L * budget);
        }
    }

    /** Without those that diverged; equal losses in the order of the grid. */
    private static List<Candidate> best(Map<Candidate, Trial> trials, int most) {
        return trials.entrySet().stream().filter(entry -> !entry.getValue().isDiverged())
                .sorted(Comparator.comparingDouble(entry -> entry.getValue().rank())).limit(most).map(Map.Entry::getKey).toList();
    }
}
