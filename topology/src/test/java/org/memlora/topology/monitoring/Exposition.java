package org.memlora.topology.monitoring;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prometheus' text format 0.0.4, read strictly: a line that is none of its kinds, or a sample of an undeclared type, is an error. */
final class Exposition {

    private static final Pattern META = Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\\"n])*)\",?");
    private static final Set<String> TYPES = Set.of("counter", "gauge", "histogram", "summary", "untyped");

    private final Map<String, String> types = new HashMap<>();
    private final Map<String, Double> samples = new LinkedHashMap<>();

    static Exposition parse(String text) {
        if (!text.endsWith("\n")) {
            throw new AssertionError("the last line has no end");
        }
        Exposition exposition = new Exposition();
        text.lines().forEach(exposition::line);
        return exposition;
    }

    /** Value of the sample with exactly these labels, given as name, value, name, value. */
    double value(String name, String... labels) {
        Map<String, String> wanted = new TreeMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            wanted.put(labels[i], labels[i + 1]);
        }
        Double value = samples.get(name + wanted);
        if (value == null) {
            throw new AssertionError("no sample " + name + wanted + " among " + samples.keySet());
        }
        return value;
    }

    String type(String name) {
        return types.get(name);
    }

    Map<String, Double> samples() {
        return samples;
    }

    private void line(String line) {
        Matcher meta = META.matcher(line);
        Matcher sample = SAMPLE.matcher(line);
        if (meta.matches()) {
            if (meta.group(1).equals("TYPE")) {
                if (!TYPES.contains(meta.group(3)) || types.put(meta.group(2), meta.group(3)) != null) {
                    throw new AssertionError("wrong or second type: " + line);
                }
            }
        } else if (sample.matches()) {
            String name = sample.group(1);
            if (!types.containsKey(name) && !types.containsKey(name.replaceFirst("_(bucket|count|sum)$", ""))) {
                throw new AssertionError("sample without a type: " + line);
            }
            if (samples.put(name + labels(sample.group(2), line), number(sample.group(3))) != null) {
                throw new AssertionError("sample twice: " + line);
            }
        } else {
            throw new AssertionError("no line of the format: " + line);
        }
    }

    private static Map<String, String> labels(String text, String line) {
        Map<String, String> labels = new TreeMap<>();
        if (text == null) {
            return labels;
        }
        Matcher label = LABEL.matcher(text);
        int end = 0;
        while (label.find() && label.start() == end) {
            labels.put(label.group(1), label.group(2));
            end = label.end();
        }
        if (end != text.length()) {
            throw new AssertionError("labels can't be read: " + line);
        }
        return labels;
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }
}
