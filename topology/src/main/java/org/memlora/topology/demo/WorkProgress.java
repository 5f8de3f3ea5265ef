package org.memlora.topology.demo;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.memlora.models.bases.DownloadProgress;

/** One progress bar after another: live on a terminal, a line now and then elsewhere. Threading: may be called by all threads. */
public final class WorkProgress implements AutoCloseable {

    private static final int LIVE_MILLIS = 200;
    private static final int LINES_MILLIS = 10_000;
    private static final int WIDTH = 110;
    private static final long MEGABYTE = 1_000_000;

    private final PrintStream out;
    private final boolean live = System.console() != null;
    private ProgressBar bar;
    private String task = "";

    public WorkProgress(PrintStream out) {
        this.out = out;
    }

    /** Bars over downloads and checks, in megabytes. */
    public DownloadProgress downloads() {
        return (what, done, total) -> step(what, done / MEGABYTE, Math.max(1, total / MEGABYTE), "MB");
    }

    /** A task with another name begins another bar. */
    public synchronized void step(String what, long done, long total, String unit) {
        if (bar == null || !task.equals(what)) {
            close();
            task = what;
            bar = new ProgressBarBuilder().setTaskName(what).setInitialMax(total).setStyle(ProgressBarStyle.ASCII).setUnit(" " + unit, 1)
                    .setUpdateIntervalMillis(live ? LIVE_MILLIS : LINES_MILLIS).setMaxRenderedLength(WIDTH)
                    .setConsumer(live ? new ConsoleProgressBarConsumer(out) : new DelegatingProgressBarConsumer(out::println, WIDTH))
                    .build();
        }
        bar.stepTo(done);
    }

    /** Prints whole lines above the bar. */
    public synchronized void print(Runnable lines) {
        if (live && bar != null) {
            out.print("\r\u001b[K");
            out.flush();
        }
        lines.run();
    }

    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
