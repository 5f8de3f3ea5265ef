package org.memlora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Commands as a user gives them, each a process of its own; what they print goes to target/NAME-NUMBER-COMMAND.log. Threading: one thread. */
final class CommandProcesses implements AutoCloseable {

    private final String name;
    private final List<Process> running = new ArrayList<>();

    CommandProcesses(String name) {
        this.name = name;
    }

    /** Through the launcher, which replaces itself by Java, so the process id is that of the JVM. */
    Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of("..", "memlora").toAbsolutePath().normalize().toString()));
        command.addAll(List.of(arguments));
        File log = new File("target/" + name + "-" + (running.size() + 1) + "-" + arguments[0] + ".log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.to(log));
        builder.environment().put("MEMLORA_PREBUILT", "1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE"); // other tests may hold the cores that PyTorch's threads wait for
        Process process = builder.start();
        running.add(process);
        return process;
    }

    /** SIGKILL: no hook runs, nothing is committed. */
    static void kill(Process process) throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() throws InterruptedException {
        for (Process process : running) {
            kill(process);
        }
    }
}
