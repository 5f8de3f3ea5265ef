package org.memlora.distillation.training;

import java.io.PrintStream;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar over the optimizer steps with loss and tokens/s: live on a terminal, a line now and then elsewhere. */
public final class TrainingProgressBar implements TrainingListener, AutoCloseable {
    private static final int LIVE_MILLIS = 500;
    private static final int LINES_MILLIS = 30_000;
    private static final int WIDTH = 140;

    private final PrintStream out;
    private final String task;
    private final boolean live = System.console() != null;
    private ProgressBar bar;
    /** NaN = none in this process, e.g. after a resumption. */
    private double validation = Double.NaN;

    public TrainingProgressBar(PrintStream out, String task) {
        this.out = out;
        this.task = task;
    }

    @Override
    public void stepped(int step, int steps, double loss, double tokensPerSecond) {
        if (bar == null) {
            bar = new ProgressBarBuilder().setTaskName(task).setInitialMax(steps).setStyle(ProgressBarStyle.ASCII).setUnit(" steps", 1)
                    .setUpdateIntervalMillis(live ? LIVE_MILLIS : LINES_MILLIS).setMaxRenderedLength(WIDTH)
                    .setConsumer(live ? new ConsoleProgressBarConsumer(out) : new DelegatingProgressBarConsumer(out::println, WIDTH)).build();
        }
        bar.setExtraMessage(String.format(Locale.ROOT, " loss %.3f, %s%.0f tokens/s", loss,
                Double.isNaN(validation) ? "" : String.format(Locale.ROOT, "validation %.3f, ", validation), tokensPerSecond));
        bar.stepTo(step);
    }

    @Override
    public void validated(int step, double loss, boolean best) {
        validation = loss;
        out.printf(Locale.ROOT, "%s: step %d, validation loss %.4f%s%n", task, step, loss, best ? ", the best so far" : "");
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
