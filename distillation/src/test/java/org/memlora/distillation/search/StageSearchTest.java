package org.memlora.distillation.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.memlora.distillation.search.StageSearch.Found;
import org.memlora.distillation.search.StageSearch.Round;

class StageSearchTest {
    private static final Map<String, Double> SIX = Map.of("a", 5.0, "b", 3.0, "c", 1.0, "d", 6.0, "e", 2.0, "f", 4.0);

    private static List<Candidate> candidates(String... labels) {
        return Stream.of(labels).map(label -> new Candidate("generation", label, null)).toList();
    }

    private static List<String> labels(List<Candidate> candidates) {
        return candidates.stream().map(Candidate::label).toList();
    }

    @Test
    void halvingKeepsTheBetterHalfAndDoublesItsBudget() {
        ScriptedInnerLoop inner = new ScriptedInnerLoop(100, SIX);
        Found found = StageSearch.halving(candidates("a", "b", "c", "d", "e", "f"), 20, 2, inner);

        assertThat(found.rounds()).extracting(Round::budget).containsExactly(20, 40, 100);
        assertThat(found.rounds()).extracting(round -> labels(round.kept())).containsExactly(List.of("c", "e", "b"), List.of("c", "e"), List.of("c", "e"));
        assertThat(labels(found.best())).containsExactly("c", "e");
        assertThat(found.bestTrial().bestLoss()).isEqualTo(1.0 + 10.0 / 100);
        assertThat(inner.trained).as("a candidate that was dropped is not trained again").containsExactly("a to 20", "b to 20", "c to 20", "d to 20", "e to 20",
                "f to 20", "c to 40", "e to 40", "b to 40", "c to 100", "e to 100");
        assertThat(found.steps()).isEqualTo(3 * 20 + 40 + 2 * 100).isEqualTo(inner.steps.values().stream().mapToInt(Integer::intValue).sum());
        assertThat(found.tokens()).isEqualTo(100L * found.steps());
        assertThat(found.seconds()).isEqualTo(ScriptedInnerLoop.SECONDS_PER_STEP * found.steps());
    }

    @Test
    void exhaustiveTrainsAllToTheEnd() {
        ScriptedInnerLoop inner = new ScriptedInnerLoop(100, SIX);
        Found found = StageSearch.exhaustive(candidates("a", "b", "c", "d", "e", "f"), 2, inner);

        assertThat(inner.steps.values()).hasSize(6).containsOnly(100);
        assertThat(found.steps()).isEqualTo(600);
        assertThat(labels(found.best())).containsExactly("c", "e");
        assertThat(found.rounds()).hasSize(1);
    }

    @Test
    void anOddNumberIsHalvedUpwardsAndTheLastOneIsTrainedToTheEnd() {
        ScriptedInnerLoop inner = new ScriptedInnerLoop(1000, SIX);
        Found found = StageSearch.halving(candidates("a", "b", "c", "d", "e"), 10, 1, inner);

        assertThat(found.rounds().stream().collect(Collectors.toMap(Round::budget, round -> round.trials().size())))
                .isEqualTo(Map.of(10, 5, 20, 3, 40, 2, 1000, 1));
        assertThat(labels(found.best())).containsExactly("c");
        assertThat(found.steps()).isEqualTo(2 * 10 + 20 + 40 + 1000);
    }

    @Test
    void budgetsEndWhereTheTrainingDoes() {
        ScriptedInnerLoop inner = new ScriptedInnerLoop(30, SIX);
        Found found = StageSearch.halving(candidates("a", "b", "c", "d", "e", "f"), 20, 1, inner);

        assertThat(found.rounds()).extracting(Round::budget).containsExactly(20, 30);
        assertThat(labels(found.best())).as("three are trained to the end, the best one counts").containsExactly("c");
        assertThat(StageSearch.halving(candidates("a", "b"), 20, 2, new ScriptedInnerLoop(30, SIX)).rounds()).as("nothing to drop").extracting(Round::budget)
                .containsExactly(30);
    }

    @Test
    void whatDivergesIsDropped() {
        Map<String, Double> constants = Map.of("a", Double.POSITIVE_INFINITY, "b", 3.0, "c", Double.POSITIVE_INFINITY);
        ScriptedInnerLoop inner = new ScriptedInnerLoop(40, constants);
        Found found = StageSearch.halving(candidates("a", "b", "c"), 20, 2, inner);

        assertThat(labels(found.best())).containsExactly("b");
        assertThat(inner.trained).containsExactly("a to 20", "b to 20", "c to 20", "b to 40");
        assertThat(found.rounds().get(0).trials()).as("also those that diverged are in the report").hasSize(3);
        assertThatThrownBy(() -> StageSearch.exhaustive(candidates("a", "c"), 1, inner)).hasMessageContaining("All configurations of generation")
                .hasMessageContaining("lower learning rates");
    }

    @Test
    void anInterruptedSearchGoesOnWithoutTrainingAgain() {
        ScriptedInnerLoop whole = new ScriptedInnerLoop(100, SIX);
        Found expected = StageSearch.halving(candidates("a", "b", "c", "d", "e", "f"), 20, 2, whole);
        for (int stop = 0; stop < whole.trained.size(); stop++) {
            ScriptedInnerLoop inner = new ScriptedInnerLoop(100, SIX).interruptAfter(stop);
            assertThatThrownBy(() -> StageSearch.halving(candidates("a", "b", "c", "d", "e", "f"), 20, 2, inner)).hasMessage("interrupted");
            assertThat(inner.trained).hasSize(stop);
            assertThat(StageSearch.halving(candidates("a", "b", "c", "d", "e", "f"), 20, 2, inner.interruptAfter(Integer.MAX_VALUE))).isEqualTo(expected);
            assertThat(inner.trained).as("each training once").isEqualTo(whole.trained);
        }
    }
}
