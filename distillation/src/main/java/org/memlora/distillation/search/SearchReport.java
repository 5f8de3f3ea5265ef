package org.memlora.distillation.search;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.memlora.distillation.search.OuterScore.Scored;
import org.memlora.distillation.search.StageSearch.Found;
import org.memlora.distillation.search.StageSearch.Round;

/**
 * What the methods tried, spent and reached. Losses in nats per completion token, seconds of optimizer steps, validations left out. A method that
 * was not run has its steps (at most, as trainings may stop early) and its seconds at the speed that the other one measured.
 *
 * @param measure of the outer loop; empty without one
 * @param fullSteps steps of all candidates of a stage to the end
 */
record SearchReport(SearchConfig config, Optional<String> measure, List<SearchOutcome> outcomes, Map<String, Integer> fullSteps) {

    ObjectNode json() {
        ObjectNode json = object().put("base", config.base()).put("budgetSteps", config.search().budgetSteps()).put("keep", config.search().keep())
                .put("measure", measure.orElse(null));
        outcomes.forEach(outcome -> json.set(name(outcome.method()), json(outcome)));
        if (!ran(SearchMethod.EXHAUSTIVE)) {
            json.set("exhaustive", object().put("ran", false).put("configurations", outcomes.get(0).configurations()).put("stepsAtMost", exhaustiveSteps())
                    .put("secondsEstimated", exhaustiveSeconds()));
        }
        return json;
    }

    private ObjectNode json(SearchOutcome outcome) {
        ObjectNode json = object().put("ran", true).put("configurations", outcome.configurations()).put("steps", outcome.steps()).put("seconds", outcome.seconds());
        ObjectNode stages = json.putObject("stages");
        outcome.stages().forEach((stage, found) -> stages.set(stage, json(found)));
        if (measure.isPresent()) {
            ArrayNode combinations = json.putArray("combinations");
            outcome.combinations().forEach((experts, scored) -> {
                ObjectNode one = combinations.addObject().put("score", scored.score()).put("requests", scored.requests()).put("reused", scored.reused())
                        .put("seconds", scored.seconds());
                ObjectNode by = one.putObject("experts");
                experts.forEach((stage, identity) -> by.put(stage, SearchOutcome.candidate(outcome.stages().get(stage), identity).label()));
            });
            json.put("outerSeconds", outerSeconds(outcome)).put("bestScore", outcome.bestCombination().orElseThrow().getValue().score());
        }
        ObjectNode best = json.putObject("best");
        outcome.best().forEach((stage, candidate) -> best.put(stage, candidate.label()));
        return json;
    }

    private static ObjectNode json(Found found) {
        Trial best = found.bestTrial();
        ObjectNode json = object().put("configurations", found.last().size()).put("steps", found.steps()).put("tokens", found.tokens())
                .put("seconds", found.seconds()).put("baseLoss", best.baseLoss()).put("bestLoss", best.bestLoss())
                .put("best", found.best().get(0).label());
        ArrayNode rounds = json.putArray("rounds");
        for (Round round : found.rounds()) {
            ArrayNode trials = rounds.addObject().put("budget", round.budget()).putArray("trials");
            round.trials().forEach((candidate, trial) -> trials.addObject().put("configuration", candidate.label()).put("identity", trial.identity())
                    .put("steps", trial.steps()).put("loss", trial.bestLoss()).put("bestStep", trial.bestStep()).put("kept", round.kept().contains(candidate)));
        }
        return json;
    }

    /** A line per method. */
    String table() {
        StringBuilder table = new StringBuilder();
        List<String> head = new ArrayList<>(List.of("method", "configurations", "steps", "seconds"));
        fullSteps.keySet().forEach(stage -> head.add("loss, " + stage));
        head.addAll(List.of("combinations", "seconds", "score"));
        line(table, head);
        for (SearchOutcome outcome : outcomes) {
            List<String> cells = new ArrayList<>(List.of(name(outcome.method()), "" + outcome.configurations(), "" + outcome.steps(), number("%.0f", outcome.seconds())));
            outcome.stages().values().forEach(found -> cells.add(number("%.4f", found.bestTrial().bestLoss())));
            cells.add(measure.isEmpty() ? "-" : "" + outcome.combinations().size());
            cells.add(measure.isEmpty() ? "-" : number("%.0f", outerSeconds(outcome)));
            cells.add(outcome.bestCombination().map(best -> number("%.4f", best.getValue().score())).orElse("-"));
            line(table, cells);
        }
        if (!ran(SearchMethod.EXHAUSTIVE)) {
            List<String> cells = new ArrayList<>(List.of("exhaustive (not run)", "" + outcomes.get(0).configurations(), "<= " + exhaustiveSteps(),
                    "about " + number("%.0f", exhaustiveSeconds())));
            while (cells.size() < head.size()) {
                cells.add("-");
            }
            line(table, cells);
        }
        SearchOutcome chosen = SearchOutcome.best(outcomes);
        measure.ifPresent(text -> table.append("score: ").append(text).append('\n'));
        chosen.best().forEach((stage, candidate) -> table.append("best of ").append(name(chosen.method())).append(", ").append(stage).append(": ")
                .append(candidate.label().isEmpty() ? "the configuration's own" : candidate.label()).append('\n'));
        return table.toString();
    }

    private static void line(StringBuilder table, List<String> cells) {
        table.append(String.format(Locale.ROOT, "%-21s", cells.get(0)));
        cells.subList(1, cells.size()).forEach(cell -> table.append(String.format(Locale.ROOT, " %16s", cell)));
        table.append('\n');
    }

    private boolean ran(SearchMethod method) {
        return outcomes.stream().anyMatch(outcome -> outcome.method() == method);
    }

    private int exhaustiveSteps() {
        return fullSteps.values().stream().mapToInt(Integer::intValue).sum();
    }

    /* Stage by stage: their examples differ in length. */
    private double exhaustiveSeconds() {
        return outcomes.get(0).stages().entrySet().stream()
                .mapToDouble(stage -> stage.getValue().seconds() / stage.getValue().steps() * fullSteps.get(stage.getKey())).sum();
    }

    private static double outerSeconds(SearchOutcome outcome) {
        return outcome.combinations().values().stream().mapToDouble(Scored::seconds).sum();
    }

    private static String name(SearchMethod method) {
        return method.name().toLowerCase(Locale.ROOT);
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
