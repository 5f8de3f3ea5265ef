package org.memlora.models.vision.embedded;

import java.util.ArrayList;
import java.util.List;
import org.memlora.models.vision.embedded.SightConfig.Attribute;
import org.memlora.models.vision.embedded.SightConfig.Kind;

/**
 * A picture as the projector takes it: a row for the whole, one for each object, and behind an object with a small part one for that.
 *
 * @param rows [tokens][featureWidth]: shares of the values of the attributes that belong to the token's kind (0 for others), the token, its kind
 * @param values of each row the surest value of each attribute of its kind
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
        return new ObjectFeatures(rows.toArray(float[][]::new), told);
    }

    private static void add(SightConfig config, Kind kind, int cell, float[] tokens, float[] logits, int token, List<float[]> rows, List<Told> told) {
        float[] row = new float[config.featureWidth()];
        List<Attribute> attributes = config.attributes(kind);
        int[] values = new int[attributes.size()];
        for (int i = 0; i < values.length; i++) {
            int first = config.first(kind, i);
            values[i] = softmax(logits, token * config.values() + first, attributes.get(i).values(), row, first);
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
