package org.memlora.topology.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** Sends events of a script at a steady rate until it is told to end. */
final class Sender extends Thread {

    private static final int EVENTS_PER_SECOND = 40;

    private final FaultCluster cluster;
    private final Script script;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    Sender(FaultCluster cluster, Script script) {
        super("sender");
        this.cluster = cluster;
        this.script = script;
        setUncaughtExceptionHandler((thread, e) -> failure.set(e));
    }

    @Override
    public void run() {
        while (!stopped.get()) {
            cluster.send(script.next());
            try {
                Thread.sleep(1_000 / EVENTS_PER_SECOND);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Returns when it has ended; the script is the caller's again. */
    void end() throws InterruptedException {
        stopped.set(true);
        join();
        assertThat(failure.get()).isNull();
    }
}
