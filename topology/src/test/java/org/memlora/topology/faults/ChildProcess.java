package org.memlora.topology.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** A Java process of ours; its output goes to target/faults/NAME.log. */
final class ChildProcess implements AutoCloseable {

    private static final Duration ORDERLY = Duration.ofSeconds(60);
    private static final Duration AT_ONCE = Duration.ofSeconds(20);

    private final Process process;

    private ChildProcess(Process process) {
        this.process = process;
    }

    static ChildProcess start(String name, int heapMegabytes, Class<?> main, Object... arguments) throws IOException {
        File log = new File("target/faults/" + name + ".log");
        log.getParentFile().mkdirs();
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMegabytes + "m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), main.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new ChildProcess(new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log)).start());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL: no hook runs, nothing is committed. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(AT_ONCE.toSeconds(), TimeUnit.SECONDS)).as("killed").isTrue();
    }

    /** SIGTERM, as an orchestrator stops it. */
    void stop() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(ORDERLY.toSeconds(), TimeUnit.SECONDS)).as("stopped in order").isTrue();
    }

    /** The exit code, if it ends by itself in time. */
    OptionalInt awaitEnd(Duration timeout) throws InterruptedException {
        return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS) ? OptionalInt.of(process.exitValue()) : OptionalInt.empty();
    }

    /** Most memory it ever had, MiB. */
    long peakMegabytes() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst().orElseThrow();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
