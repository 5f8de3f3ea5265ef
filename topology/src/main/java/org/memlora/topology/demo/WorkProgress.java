package org.memlora.topology.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.memlora.models.bases.DownloadProgress;

/**
 * One progress bar after another: live on a terminal; elsewhere a line every ten seconds and one at the end of longer
 * work. Threading: may be called by all threads.
 */
public final class WorkProgress implements AutoCloseable {

    private static final int LIVE_MILLIS = 200;
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);
    /** Shorter work is not worth a last line. */
    private static final Duration SHORT_WORK = Duration.ofSeconds(2);
    private static final String SECONDS = "s";
    private static final int WIDTH = 110;
    private static final long MEGABYTE = 1_000_000;

    private final PrintStream out;
    private final boolean live;
    private ProgressBar bar;
    private Work work;

    /** What goes on. */
    private static final class Work {
        private final String task;
        private final long started = System.nanoTime();
        private long printed = started;
        private long done;
        private long total;
        private String unit = "";

        Work(String task) {
            this.task = task;
        }

        Duration elapsed() {
            return Duration.ofNanos(System.nanoTime() - started);
        }
    }

    public WorkProgress(PrintStream out) {
        this(out, System.console() != null);
    }

    WorkProgress(PrintStream out, boolean live) {
        this.out = out;
        this.live = live;
    }

    /** Bars over downloads, checks and loading, in megabytes. */
    public DownloadProgress downloads() {
        return (what, done, total) -> step(what, done / MEGABYTE, Math.max(1, total / MEGABYTE), "MB");
    }

    public void step(String what, long done, long total, String unit) {
        step(what, done, total, unit, "");
    }

    /** Waiting for something that may take so long at most; no line tells its end. */
    public synchronized void waiting(String what, Duration waited, Duration most) {
        step(what, waited.toSeconds(), most.toSeconds(), SECONDS);
    }

    /** A task with another name begins another bar. {@code now}: what is being worked on; may be empty. */
    public synchronized void step(String what, long done, long total, String unit, String now) {
        if (work == null || !work.task.equals(what)) {
            close();
            work = new Work(what);
            bar = live ? bar(what, total, unit) : null;
        }
        work.done = done;
        work.total = total;
        work.unit = unit;
        if (live) {
            bar.stepTo(done).setExtraMessage(now.isEmpty() ? "" : " " + now);
        } else if (Duration.ofNanos(System.nanoTime() - work.printed).compareTo(BETWEEN_LINES) >= 0) {
            printLine(now);
        }
    }

    /** Prints whole lines above the bar. */
    public synchronized void print(Runnable lines) {
        if (bar != null) {
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
        } else if (work != null && !work.unit.equals(SECONDS) && work.elapsed().compareTo(SHORT_WORK) >= 0) {
            printLine("");
        }
        work = null;
    }

    private ProgressBar bar(String what, long total, String unit) {
        return new ProgressBarBuilder().setTaskName(what).setInitialMax(total).setStyle(ProgressBarStyle.ASCII).setUnit(" " + unit, 1)
                .setUpdateIntervalMillis(LIVE_MILLIS).continuousUpdate().setMaxRenderedLength(WIDTH)
                .setConsumer(new ConsoleProgressBarConsumer(out)).build();
    }

    private void printLine(String now) {
        work.printed = System.nanoTime();
        if (work.unit.equals(SECONDS)) {
            out.println(work.task + ": " + work.done + " of at most " + work.total + " s");
            return;
        }
        long seconds = work.elapsed().toSeconds();
        String left = work.done == 0 || work.done >= work.total ? ""
                : ", " + seconds * (work.total - work.done) / work.done + " s left";
        out.println(String.format(Locale.ROOT, "%s: %d of %d %s, %d s%s%s", work.task, work.done, work.total, work.unit, seconds, left,
                now.isEmpty() ? "" : " (" + now + ")"));
    }
}
