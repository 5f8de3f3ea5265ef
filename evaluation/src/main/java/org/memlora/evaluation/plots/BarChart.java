package org.memlora.evaluation.plots;

import java.util.List;
import java.util.Locale;

/**
 * Upright bars in groups, one colour per series, as an SVG element of {@value #WIDTH} by {@value #HEIGHT}. Bars begin
 * at 0; a value that is not a number has no bar.
 *
 * @param groups labels below the axis
 * @param series names, at least one; more than one get a legend
 */
public record BarChart(String title, String unit, List<String> groups, List<Series> series) {

    /**
     * @param values one per group; NaN = none
     * @param intervals per group [low, high] for a whisker; empty = none
     */
    public record Series(String name, List<Double> values, List<double[]> intervals) {
        public Series(String name, List<Double> values) {
            this(name, values, List.of());
        }
    }

    static final int WIDTH = 760;
    static final int HEIGHT = 320;
    private static final int LEFT = 60;
    private static final int RIGHT = 16;
    private static final int TOP = 56;
    private static final int BOTTOM = 46;
    private static final int TICKS = 5;
    private static final int LONGEST_LABEL = 16;
    private static final List<String> COLOURS = List.of("#2166ac", "#e08214", "#4d9221", "#8073ac", "#b2182b", "#35978f");

    public String svg() {
        StringBuilder svg = new StringBuilder(String.format(Locale.ROOT, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                + " viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\" aria-label=\"%s\">%n", WIDTH, HEIGHT, WIDTH,
                HEIGHT, Xml.escaped(title)));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        text(svg, LEFT, 20, "start", "font-size=\"14\" font-weight=\"bold\"", title);
        double top = niceTop();
        axis(svg, top);
        bars(svg, top);
        if (series.size() > 1) {
            legend(svg);
        }
        return svg.append("</svg>\n").toString();
    }

    private double niceTop() {
        double most = 0;
        for (Series one : series) {
            most = Math.max(most, one.values.stream().filter(Double::isFinite).mapToDouble(Double::doubleValue).max().orElse(0));
            most = Math.max(most, one.intervals.stream().mapToDouble(interval -> interval[1]).filter(Double::isFinite).max().orElse(0));
        }
        if (most <= 0) {
            return 1;
        }
        double step = Math.pow(10, Math.floor(Math.log10(most / TICKS)));
        for (double factor : new double[] {1, 2, 2.5, 5, 10}) {
            if (factor * step * TICKS >= most) {
                return factor * step * TICKS;
            }
        }
        return 20 * step * TICKS;
    }

    private void axis(StringBuilder svg, double top) {
        for (int tick = 0; tick <= TICKS; tick++) {
            double value = top * tick / TICKS;
            double y = y(value, top);
            svg.append(String.format(Locale.ROOT, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n", LEFT, WIDTH - RIGHT, y, y,
                    tick == 0 ? "#333333" : "#dddddd"));
            text(svg, LEFT - 6, y + 4, "end", "fill=\"#555555\"", top >= 20 ? String.format(Locale.ROOT, "%.0f", value)
                    : String.format(Locale.ROOT, "%.2f", value));
        }
        text(svg, LEFT, TOP - 10, "start", "fill=\"#555555\"", unit);
    }

    private void bars(StringBuilder svg, double top) {
        double groupWidth = (double) (WIDTH - LEFT - RIGHT) / groups.size();
        double barWidth = Math.min(60, groupWidth * 0.8 / series.size());
        for (int group = 0; group < groups.size(); group++) {
            double centre = LEFT + groupWidth * (group + 0.5);
            label(svg, centre, groups.get(group));
            for (int i = 0; i < series.size(); i++) {
                double value = series.get(i).values.get(group);
                if (Double.isFinite(value)) {
                    double x = centre + barWidth * (i - series.size() / 2.0);
                    svg.append(String.format(Locale.ROOT, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"><title>%s</title></rect>%n",
                            x + 1, y(Math.max(value, 0), top), barWidth - 2, HEIGHT - BOTTOM - y(Math.max(value, 0), top), COLOURS.get(i % COLOURS.size()),
                            Xml.escaped(series.get(i).name + ", " + groups.get(group) + ": " + number(value))));
                    if (!series.get(i).intervals.isEmpty()) {
                        whisker(svg, x + barWidth / 2, series.get(i).intervals.get(group), top);
                    }
                    if (barWidth >= 24) {
                        double above = series.get(i).intervals.isEmpty() ? value : Math.max(value, series.get(i).intervals.get(group)[1]);
                        text(svg, x + barWidth / 2, y(Math.max(above, 0), top) - 4, "middle", "font-size=\"10\"", number(value));
                    }
                }
            }
        }
    }

    private static void label(StringBuilder svg, double centre, String label) {
        int cut = label.length() > LONGEST_LABEL ? label.lastIndexOf('-', LONGEST_LABEL) : -1;
        if (cut > 0) {
            text(svg, centre, HEIGHT - BOTTOM + 17, "middle", "", label.substring(0, cut + 1));
            text(svg, centre, HEIGHT - BOTTOM + 32, "middle", "", label.substring(cut + 1));
        } else {
            text(svg, centre, HEIGHT - BOTTOM + 17, "middle", "", label);
        }
    }

    private static void whisker(StringBuilder svg, double x, double[] interval, double top) {
        svg.append(String.format(Locale.ROOT, "<path d=\"M%.1f %.1fV%.1fM%.1f %.1fh8M%.1f %.1fh8\" stroke=\"#222222\" fill=\"none\"/>%n", x,
                y(interval[0], top), y(interval[1], top), x - 4, y(interval[0], top), x - 4, y(interval[1], top)));
    }

    private void legend(StringBuilder svg) {
        double x = LEFT + 24 + 6.2 * unit.length();
        for (int i = 0; i < series.size(); i++) {
            svg.append(String.format(Locale.ROOT, "<rect x=\"%.1f\" y=\"%d\" width=\"11\" height=\"11\" fill=\"%s\"/>%n", x, TOP - 20,
                    COLOURS.get(i % COLOURS.size())));
            text(svg, x + 16, TOP - 10, "start", "", series.get(i).name);
            x += 40 + 6.6 * series.get(i).name.length();
        }
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String style, String text) {
        svg.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>%n", x, y, anchor, style, Xml.escaped(text)));
    }

    private static double y(double value, double top) {
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%.0f" : Math.abs(value) >= 10 ? "%.1f" : "%.2f", value);
    }
}
