package org.memlora.topology.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WorkProgressTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void shouldSayNothingOfShortWorkWithoutATerminal() {
        try (WorkProgress progress = new WorkProgress(out, false)) {
            progress.step("sending", 1, 2, "events");
            progress.step("sending", 2, 2, "events");
        }
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void shouldEndLongerWorkWithALine() throws InterruptedException {
        try (WorkProgress progress = new WorkProgress(out, false)) {
            progress.step("loading", 1, 4, "MB");
            Thread.sleep(2_100);
            progress.step("loading", 4, 4, "MB");
        }
        assertThat(bytes.toString(StandardCharsets.UTF_8)).matches("loading: 4 of 4 MB, \\d s\\R");
    }

    @Test
    void shouldShowABarOnATerminalWithWhatGoesOn() throws InterruptedException {
        try (WorkProgress progress = new WorkProgress(out, true)) {
            progress.step("streaming", 1, 4, "events", "extraction, 16 requests");
            Thread.sleep(700);
            progress.print(() -> out.println("a line"));
        }
        assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("streaming", "1/4 events", "extraction, 16 requests", "\u001b[Ka line");
    }
}
