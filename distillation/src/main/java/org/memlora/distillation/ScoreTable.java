package org.memlora.distillation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.memlora.operators.Stage;

/** Scores of one stage with bootstrap 95 % intervals, several experts side by side, for the console and the expert's card. */
public final class ScoreTable {
    private static final int RESAMPLES = 1000;
    private static final long SEED = 20251125;
    private static final String HEADING = "## Scores";

    /** A score and the interval that holds 95 % of the resamples' scores; NaN where no example counts. */
    public record Score(double value, double low, double high) {
        @Override
        public String toString() {
            return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", value, low, high);
        }
    }

    private final Map<String, Map<String, Score>> columns = new LinkedHashMap<>();
    private final int examples;

    public ScoreTable(int examples) {
        this.examples = examples;
    }

    /** Adds a column. */
    public Map<String, Score> add(String expert, Stage stage, List<ExpertScorer.Answered> answered) {
        Map<String, List<Double>> resampled = new TreeMap<>();
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < RESAMPLES; i++) {
            List<ExpertScorer.Answered> sample = new ArrayList<>();
            answered.forEach(any -> sample.add(answered.get(random.nextInt(answered.size()))));
            ExpertScorer.scores(stage, sample).forEach((name, value) -> resampled.computeIfAbsent(name, key -> new ArrayList<>()).add(value));
        }
        Map<String, Score> column = new LinkedHashMap<>();
        ExpertScorer.scores(stage, answered).forEach((name, value) -> column.put(name, scored(value, resampled.getOrDefault(name, List.of()))));
        columns.put(expert, column);
        return column;
    }

    private static Score scored(double value, List<Double> resampled) {
        double[] sorted = resampled.stream().mapToDouble(Double::doubleValue).filter(Double::isFinite).sorted().toArray();
        return sorted.length == 0 ? new Score(value, value, value)
                : new Score(value, sorted[(int) (0.025 * (sorted.length - 1))], sorted[(int) Math.ceil(0.975 * (sorted.length - 1))]);
    }

    /** Puts the table at the end of the card, in place of an earlier one. */
    public void writeTo(Path card) {
        String text = read(card);
        int earlier = text.indexOf(HEADING);
        WholeFile.write(card, (earlier < 0 ? text : text.substring(0, earlier)).stripTrailing() + "\n\n" + markdown().stripTrailing());
    }

    private static String read(Path card) {
        try {
            return Files.exists(card) ? Files.readString(card) : "";
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + card, e);
        }
    }

    private String markdown() {
        StringBuilder table = new StringBuilder(HEADING + "\nBy `memlora distill --score " + examples + "`: the stage by itself, greedy, within its grammar, on the first " + examples
                + " validation examples; in brackets 95 % of " + RESAMPLES + " resamples (seed " + SEED + "). base: untuned, the same prompt.\n\n| | "
                + String.join(" | ", columns.keySet()) + " |\n|" + " --- |".repeat(columns.size() + 1) + "\n");
        columns.values().iterator().next().keySet().forEach(name -> {
            String cells = columns.values().stream().map(column -> String.valueOf(column.get(name))).collect(Collectors.joining(" | "));
            table.append("| ").append(name).append(" | ").append(cells).append(" |\n");
        });
        return table.toString();
    }
}
