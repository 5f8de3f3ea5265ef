package org.memlora.topology.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.memlora.operators.Stage;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AnswerStatus;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.OperationKind;
import org.memlora.topology.serving.StageMeter;

/** What the demo counts, and its summary. */
final class DemoReport {

    private static final Set<String> DISCARDED_OUTPUT = Set.of("TOKEN_LIMIT", "UNGROUNDED");
    private static final String INBOX = "inbox";
    private static final String VISION = "vision";
    private static final double NANOS = 1e9;

    private final Map<OperationKind, Integer> operations = new EnumMap<>(OperationKind.class);
    private final Map<AnswerStatus, Integer> answers = new EnumMap<>(AnswerStatus.class);
    private final Map<String, Integer> deadLetters = new TreeMap<>();
    private int losses;

    void add(MemoryOperation operation) {
        operations.merge(operation.getKind(), 1, Integer::sum);
    }

    void add(Answer answer) {
        answers.merge(answer.getStatus(), 1, Integer::sum);
    }

    void add(FailedEvent failed) {
        deadLetters.merge(word(failed), 1, Integer::sum);
        losses += isLoss(failed) ? 1 : 0;
    }

    /** Whether the event was not processed; otherwise a part of what the model wrote about it was not used, or a picture while its turn went on. */
    static boolean isLoss(FailedEvent failed) {
        return !DISCARDED_OUTPUT.contains(word(failed)) && !failed.getStage().equals(VISION) || failed.getStage().equals(INBOX);
    }

    private static String word(FailedEvent failed) {
        return failed.getReason().split("[: ]", 2)[0];
    }

    int failedAnswers() {
        return answers.getOrDefault(AnswerStatus.FAILED, 0);
    }

    /** Dead letters of events that were not processed; not those of model output that was discarded. */
    int losses() {
        return losses;
    }

    /**
     * @param load from the start to a loaded model
     * @param start from there to a running worker
     * @param stream from the first event to the last output; empty = a former run did a part of it
     * @param store what it holds
     */
    void print(PrintStream out, String base, Dialogue dialogue, StageMeter meter, Duration load, Duration start, Optional<Duration> stream, String store) {
        Optional<Double> seconds = stream.map(time -> Math.max(time.toMillis(), 1) / 1000.0);
        out.println();
        out.println("Summary");
        line(out, "base", base);
        line(out, "start-up", String.format(Locale.ROOT, "%.1f s model, %.1f s broker, registry and worker", seconds(load), seconds(start)));
        line(out, "streamed", dialogue.turns() + " turns and " + dialogue.questions() + " questions"
                + seconds.map(time -> String.format(Locale.ROOT, " in %.1f s: %.2f turns/s", time, dialogue.turns() / time)).orElse(", a part of them by a former run"));
        for (Stage stage : Stage.values()) {
            StageMeter.Work work = meter.of(stage);
            if (work.calls() > 0) {
                double spent = work.nanos() / NANOS;
                line(out, stage.word(), String.format(Locale.ROOT,
                        "%.1f s%s, %d requests in %d calls, %d tokens read (%d of them kept from earlier), %d written: %.0f tokens/s", spent,
                        seconds.map(time -> String.format(Locale.ROOT, " (%.0f %% of the time)", 100 * spent / time)).orElse(""), work.requests(),
                        work.calls(), work.promptTokens(), work.cachedTokens(), work.outputTokens(),
                        (work.promptTokens() - work.cachedTokens() + work.outputTokens()) / Math.max(spent, 1e-9)));
            }
        }
        line(out, "operations", operations.isEmpty() ? "none" : text(operations));
        line(out, "store", store);
        line(out, "answers", answers.isEmpty() ? "none" : text(answers));
        line(out, "dead letters", deadLetters.isEmpty() ? "none" : text(deadLetters));
        line(out, "peak memory", peakMemory());
    }

    private static void line(PrintStream out, String name, String value) {
        out.println(String.format("  %-13s %s", name, value));
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private static String text(Map<?, Integer> counts) {
        return counts.entrySet().stream().map(count -> count.getValue() + " " + count.getKey()).collect(Collectors.joining(", "));
    }

    /** Of this process, native memory included. */
    private static String peakMemory() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:")).findFirst()
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024 + " MiB").orElse("unknown");
        } catch (IOException e) {
            return "unknown on this system";
        }
    }
}
