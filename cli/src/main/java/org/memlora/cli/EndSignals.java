package org.memlora.cli;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.memlora.models.NativeCalls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * Ctrl-C, SIGTERM and SIGHUP: a command that can stop does so and ends by itself; the others end after the native call in progress. The second
 * signal ends the process at once. Shutdown hooks alone won't do: ONNX Runtime's runs beside ours, while its calls are still at work.
 */
final class EndSignals {
    private static final Logger LOG = LoggerFactory.getLogger(EndSignals.class);
    private static final List<String> SIGNALS = List.of("HUP", "INT", "TERM");
    private static final int SIGNALLED = 128;
    private static final Duration LEFT_BEHIND = Duration.ofSeconds(5);
    private static final Duration UNSAID = Duration.ofSeconds(1);
    /** A micro-batch of a training of a bigger base. */
    private static final Duration LONGEST_CALL = Duration.ofMinutes(2);
    private static final AtomicBoolean ENDING = new AtomicBoolean();
    private static volatile Optional<Runnable> stop = Optional.empty();

    private EndSignals() { }

    static void install() {
        for (String name : SIGNALS) {
            try {
                Signal.handle(new Signal(name), EndSignals::end);
            } catch (IllegalArgumentException e) {
                LOG.debug("{} is not ours: the system has none, or the JVM leaves it alone (-Xrs)", name, e);
            }
        }
    }

    /** To be called before the process exits: threads that a command left behind may be at work still. */
    static void awaitCalls() {
        try {
            NativeCalls.end(LEFT_BEHIND);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param stopping makes the command end by itself */
    static void stopBy(Runnable stopping) {
        stop = Optional.of(stopping);
    }

    private static void end(Signal signal) {
        int code = SIGNALLED + signal.getNumber();
        if (!ENDING.compareAndSet(false, true)) {
            Runtime.getRuntime().halt(code);
        }
        if (stop.isPresent()) {
            System.err.println("memlora: stopping, as soon as the events in hand are done; once more ends at once");
            stop.get().run();
            return;
        }
        try {
            if (!NativeCalls.end(UNSAID)) {
                System.err.println("memlora: ending, as soon as the model's call in progress is done; once more ends at once");
                NativeCalls.end(LONGEST_CALL);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.exit(code);
    }
}
