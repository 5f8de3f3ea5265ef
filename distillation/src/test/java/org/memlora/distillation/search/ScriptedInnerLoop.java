package org.memlora.distillation.search;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An inner loop without a model: a candidate's loss is its own constant + 10 / steps. Remembers what was trained. */
final class ScriptedInnerLoop implements InnerLoop {
    static final double SECONDS_PER_STEP = 0.5;

    /** Each training in order, as "label to budget". */
    final List<String> trained = new ArrayList<>();
    final Map<String, Integer> steps = new LinkedHashMap<>();
    private final Map<List<Object>, Trial> done = new HashMap<>();
    private final Map<String, Double> constants;
    private final int fullSteps;
    private int trainingsLeft = Integer.MAX_VALUE;

    /** @param constants by label; infinite = diverges */
    ScriptedInnerLoop(int fullSteps, Map<String, Double> constants) {
        this.fullSteps = fullSteps;
        this.constants = constants;
    }

    /** Throws instead of the training after so many. */
    ScriptedInnerLoop interruptAfter(int trainings) {
        trainingsLeft = trainings;
        return this;
    }

    @Override
    public int fullSteps(Candidate candidate) {
        return fullSteps;
    }

    @Override
    public Trial train(Candidate candidate, int budget) {
        Trial before = done.get(List.of(candidate.stage(), candidate.label(), budget));
        if (before != null) {
            return before;
        }
        if (trainingsLeft-- == 0) {
            throw new IllegalStateException("interrupted");
        }
        trained.add(candidate.label() + " to " + budget);
        steps.merge(candidate.stage() + "/" + candidate.label(), budget, Math::max);
        double constant = constants.get(candidate.label());
        Double loss = Double.isInfinite(constant) ? null : (Double) (constant + 10.0 / budget);
        Trial trial = new Trial(candidate.label().replaceAll("\\W+", "-"), budget, loss, budget, 20.0, 100L * budget, SECONDS_PER_STEP * budget);
        done.put(List.of(candidate.stage(), candidate.label(), budget), trial);
        return trial;
    }
}
