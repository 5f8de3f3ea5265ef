package org.memlora.topology;

import java.util.Collection;
import java.util.Comparator;
import org.apache.kafka.common.config.ConfigException;

/** Helps who mistyped a setting. */
final class SettingNames {

    private SettingNames() { }

    static ConfigException unknown(String key, Collection<String> known) {
        String nearest = known.stream().min(Comparator.<String>comparingInt(name -> distance(key, name)).thenComparing(name -> name))
                .orElseThrow();
        boolean near = distance(key, nearest) <= Math.max(2, key.length() / 3);
        return new ConfigException("unknown setting \"" + key + "\"" + (near ? ", did you mean \"" + nearest + "\"?"
                : ", known are " + String.join(", ", known.stream().sorted().toList())));
    }

    /** Levenshtein's: the fewest insertions, deletions and replacements of a character that turn one into the other. */
    static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
