package org.memlora.models;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Calls of the native runtimes. These free what their calls use as soon as the process begins to end (ONNX Runtime's Java API in a
 * shutdown hook of its own), and a call in progress crashes then: a process that is told to end waits for its calls first.
 * Threading: all threads.
 */
public final class NativeCalls {

    /** Calls hold it to read, the end of the process to write, and never gives it back. */
    private static final ReentrantReadWriteLock LOCK = new ReentrantReadWriteLock();

    private NativeCalls() { }

    /** Does not come back once the process ends. */
    public static <T> T call(Supplier<T> call) {
        LOCK.readLock().lock();
        try {
            return call.get();
        } finally {
            LOCK.readLock().unlock();
        }
    }

    /** Does not come back once the process ends. */
    public static void run(Runnable call) {
        call(() -> {
            call.run();
            return null;
        });
    }

    /**
     * Waits for the calls in progress; none begins afterwards, so that all that is left to do is to exit.
     *
     * @return false if one was not done in time
     */
    public static boolean end(Duration most) throws InterruptedException {
        return LOCK.writeLock().tryLock(most.toMillis(), TimeUnit.MILLISECONDS);
    }
}
