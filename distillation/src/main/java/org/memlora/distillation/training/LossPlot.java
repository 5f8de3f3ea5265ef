package org.memlora.distillation.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The loss curve as SVG: training loss (moving mean) and validation loss over optimizer steps. */
final class LossPlot {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 380;
    private static final int LEFT = 60;
    private static final int RIGHT = 20;
    private static final int TOP = 40;
    private static final int BOTTOM = 45;
    private static final int TICKS = 5;
    private static final double SMOOTHING = 0.9;

    private final List<LossPoint> curve;
    private final double lastStep;
    private final double low;
    private final double high;

    private LossPlot(List<LossPoint> curve) {
        this.curve = curve;
        List<Double> shown = new ArrayList<>(smoothed(curve).stream().map(LossPoint::training).toList());
        curve.forEach(point -> shown.add(point.validation()));
        shown.removeIf(value -> !Double.isFinite(value));
        lastStep = Math.max(1, curve.isEmpty() ? 1 : curve.get(curve.size() - 1).step());
        low = shown.stream().mapToDouble(Double::doubleValue).min().orElse(0);
        high = Math.max(low + 1e-6, shown.stream().mapToDouble(Double::doubleValue).max().orElse(1));
    }

    static String svg(String title, List<LossPoint> curve) {
        return new LossPlot(curve).draw(title);
    }

    private String draw(String title) {
        StringBuilder svg = new StringBuilder(String.format(Locale.ROOT, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n", WIDTH, HEIGHT));
        text(svg, LEFT, 22, "start", title.replace("&", "&amp;").replace("<", "&lt;"));
        for (int tick = 0; tick <= TICKS; tick++) {
            double loss = low + (high - low) * tick / TICKS;
            double step = lastStep * tick / TICKS;
            svg.append(String.format(Locale.ROOT, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>%n", LEFT, WIDTH - RIGHT, y(loss), y(loss)));
            text(svg, LEFT - 6, y(loss) + 4, "end", String.format(Locale.ROOT, "%.2f", loss));
            text(svg, x(step), HEIGHT - BOTTOM + 18, "middle", String.format(Locale.ROOT, "%.0f", step));
        }
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", "optimizer steps; loss in nats per completion token");
        line(svg, smoothed(curve), LossPoint::training, "#9ab", 1.2);
        line(svg, curve, LossPoint::validation, "#c33", 2);
        text(svg, WIDTH - RIGHT - 120, TOP - 4, "start", "training (mean)", "#678");
        text(svg, WIDTH - RIGHT - 200, TOP - 4, "start", "validation", "#c33");
        return svg.append("</svg>\n").toString();
    }

    private static List<LossPoint> smoothed(List<LossPoint> curve) {
        List<LossPoint> smoothed = new ArrayList<>();
        double mean = Double.NaN;
        for (LossPoint point : curve) {
            if (Double.isFinite(point.training())) {
                mean = Double.isNaN(mean) ? point.training() : SMOOTHING * mean + (1 - SMOOTHING) * point.training();
                smoothed.add(new LossPoint(point.step(), mean, Double.NaN));
            }
        }
        return smoothed;
    }

    private void line(StringBuilder svg, List<LossPoint> points, ToDoubleFunction<LossPoint> value, String colour, double width) {
        StringBuilder path = new StringBuilder();
        for (LossPoint point : points) {
            double loss = value.applyAsDouble(point);
            if (Double.isFinite(loss)) {
                path.append(String.format(Locale.ROOT, "%s%.1f,%.1f", path.isEmpty() ? "" : " ", x(point.step()), y(loss)));
            }
        }
        svg.append(String.format(Locale.ROOT, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" points=\"%s\"/>%n", colour, width, path));
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        text(svg, x, y, anchor, text, "#222");
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text, String colour) {
        svg.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n", x, y, anchor, colour, text));
    }

    private double x(double step) {
        return LEFT + (WIDTH - LEFT - RIGHT) * step / lastStep;
    }

    private double y(double loss) {
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - loss) / (high - low);
    }
}
