package org.memlora.evaluation.scale;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Four panels, each a line over the logarithm of what was varied. */
final class ScalePlot {

    private static final int WIDTH = 380;
    private static final int HEIGHT = 240;
    private static final int MARGIN = 50;

    private final List<ScaleRow> rows;

    ScalePlot(List<ScaleRow> rows) {
        this.rows = rows;
    }

    String svg() {
        StringBuilder svg = new StringBuilder();
        svg.append(String.format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">%n",
                2 * WIDTH, 2 * HEIGHT));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        panel(svg, 0, 0, "turns/s by workers, model of 0 ms", "workers", ScaleRow::workers, ScaleRow::turnsPerSecond);
        panel(svg, 1, 0, "turns/s by workers, model that waits 100 ms", "workers-waiting-model", ScaleRow::workers, ScaleRow::turnsPerSecond);
        panel(svg, 0, 1, "turns/s by conversations at once, 1 worker", "conversations", ScaleRow::conversations, ScaleRow::turnsPerSecond);
        panel(svg, 1, 1, "ms a turn by size of the bank", "bank-size", ScaleRow::bankSize, ScaleRow::turnMillis);
        return svg.append("</svg>\n").toString();
    }

    private void panel(StringBuilder svg, int column, int line, String title, String series, ToDoubleFunction<ScaleRow> x, ToDoubleFunction<ScaleRow> y) {
        List<ScaleRow> points = rows.stream().filter(row -> row.series().equals(series)).toList();
        if (points.isEmpty()) {
            return;
        }
        double most = points.stream().mapToDouble(y).max().orElseThrow();
        double first = Math.log(x.applyAsDouble(points.get(0)));
        double span = Math.max(Math.log(x.applyAsDouble(points.get(points.size() - 1))) - first, 1e-9);
        double left = column * WIDTH + MARGIN;
        double bottom = (line + 1) * HEIGHT - MARGIN;
        double width = WIDTH - 2.0 * MARGIN;
        double height = HEIGHT - 2.0 * MARGIN;
        text(svg, left, line * HEIGHT + 25.0, "start", title);
        svg.append(String.format(Locale.ROOT, "<path d=\"M%.0f %.0f V%.0f H%.0f\" fill=\"none\" stroke=\"black\"/>%n", left, bottom - height, bottom,
                left + width));
        StringBuilder path = new StringBuilder();
        for (ScaleRow row : points) {
            double px = left + width * (Math.log(x.applyAsDouble(row)) - first) / span;
            double py = bottom - height * y.applyAsDouble(row) / most;
            path.append(String.format(Locale.ROOT, "%s%.1f %.1f ", path.length() == 0 ? "M" : "L", px, py));
            svg.append(String.format(Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>%n", px, py));
            text(svg, px, bottom + 18, "middle", String.format(Locale.ROOT, "%,.0f", x.applyAsDouble(row)));
            text(svg, px, py - 8, "middle", String.format(Locale.ROOT, y.applyAsDouble(row) < 10 ? "%.2f" : "%,.0f", y.applyAsDouble(row)));
        }
        svg.append("<path d=\"").append(path.toString().strip()).append("\" fill=\"none\" stroke=\"black\"/>\n");
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        svg.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, text));
    }
}
