package org.memlora.models.vision.embedded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.memlora.models.vision.embedded.SightConfig.Attribute;
import org.memlora.models.vision.embedded.SightConfig.Kind;
import org.memlora.models.vision.embedded.SightConfig.Tally;

/**
 * A picture as the projector takes it: a row for the whole, one for each object, behind an object with a small part one for that, and at the end
 * two for each number of objects that are alike: what they are, then how many.
 *
 * @param rows [tokens][featureWidth]: shares of the values of the attributes that belong to the token's kind (0 for others), the token, its kind;
 *     1 for what is counted, 1 for the number
 * @param values of each row but the tallies' the surest value of each attribute of its kind
 */
public record ObjectFeatures(float[][] rows, List<Told> values) {

    /** @param cell of an object or a part; -1 for the picture */
    public record Told(Kind kind, int cell, int[] values) { }

    /** @param token the first of the picture's in {@code tokens} [n, D] and {@code logits} [n, A] */
    static ObjectFeatures of(SightConfig config, int[] cells, float[] tokens, float[] logits, int token) {
        List<float[]> rows = new ArrayList<>();
        List<Told> told = new ArrayList<>();
        for (int i = 0; i <= cells.length; i++) {
            int cell = i == 0 ? -1 : cells[i - 1];
            add(config, i == 0 ? Kind.PICTURE : Kind.OBJECT, cell, tokens, logits, token + i, rows, told);
            if (i > 0) {
                add(config, Kind.PART, cell, tokens, logits, token + i, rows, told);
                if (told.get(told.size() - 1).values[0] == 0) {
                    rows.remove(rows.size() - 1);
                    told.remove(told.size() - 1);
                }
            }
        }
        tally(config, told, rows);
        return new ObjectFeatures(rows.toArray(float[][]::new), told);
    }

    /** Those that are alike; what has no name ("plain") is not counted. */
    private static void tally(SightConfig config, List<Told> told, List<float[]> rows) {
        for (Tally tally : config.tallies()) {
            Map<List<Integer>, Integer> counts = new LinkedHashMap<>();
            told.stream().filter(one -> one.kind == Kind.OBJECT).map(one -> tally.by().stream().map(attribute -> one.values[attribute]).toList())
                    .filter(values -> areNamed(config, tally, values)).forEach(values -> counts.merge(values, 1, Integer::sum));
            counts.forEach((values, count) -> {
                if (count >= tally.least()) {
                    rows.add(row(config, Kind.COUNTED, IntStream.range(0, values.size())
                            .map(i -> config.first(Kind.OBJECT, tally.by().get(i)) + values.get(i)).toArray()));
                    rows.add(row(config, Kind.NUMBER, config.first(Kind.OBJECT, tally.number())
                            + Math.min(count, config.object().get(tally.number()).values()) - 1));
                }
            });
        }
    }

    private static boolean areNamed(SightConfig config, Tally tally, List<Integer> values) {
        return IntStream.range(0, values.size()).noneMatch(i -> config.object().get(tally.by().get(i)).words().get(values.get(i)).isEmpty());
    }

    private static float[] row(SightConfig config, Kind kind, int... values) {
        float[] row = new float[config.featureWidth()];
        for (int value : values) {
            row[value] = 1;
        }
        row[config.values() + config.width() + kind.ordinal()] = 1;
        return row;
    }

    private static void add(SightConfig config, Kind kind, int cell, float[] tokens, float[] logits, int token, List<float[]> rows, List<Told> told) {
        float[] row = new float[config.featureWidth()];
        List<Attribute> attributes = config.attributes(kind);
        int[] values = new int[attributes.size()];
        for (int i = 0; i < values.length; i++) {
            int first = config.first(kind, i);
            values[i] = softmax(logits, token * config.values() + first, attributes.get(i).values(), row, first);
        }
        if (kind == Kind.OBJECT) {
            config.tallies().forEach(tally -> Arrays.fill(row, config.first(kind, tally.number()),
                    config.first(kind, tally.number()) + config.object().get(tally.number()).values(), 0));
        }
        System.arraycopy(tokens, token * config.width(), row, config.values(), config.width());
        row[config.values() + config.width() + kind.ordinal()] = 1;
        rows.add(row);
        told.add(new Told(kind, cell, values));
    }

    /** The index of the largest. */
    private static int softmax(float[] logits, int from, int count, float[] target, int at) {
        int largest = 0;
        for (int i = 1; i < count; i++) {
            largest = logits[from + i] > logits[from + largest] ? i : largest;
        }
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Math.exp(logits[from + i] - logits[from + largest]);
        }
        for (int i = 0; i < count; i++) {
            target[at + i] = (float) (Math.exp(logits[from + i] - logits[from + largest]) / sum);
        }
        return largest;
    }
}
