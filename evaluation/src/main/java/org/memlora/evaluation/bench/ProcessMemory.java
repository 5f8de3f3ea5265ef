package org.memlora.evaluation.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Memory of this process as the kernel counts it, native memory included. */
public final class ProcessMemory {

    private static final String PEAK = "VmHWM:";

    private ProcessMemory() { }

    /** Largest resident size since the process began; empty where the system doesn't tell. */
    public static OptionalLong peakBytes() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith(PEAK)).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
