package org.memlora.topology.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.Topics;
import org.memlora.topology.PipelineSettings;

/**
 * A model that throws costs the event a dead letter after bounded retries; one that hangs or runs out of memory ends the
 * worker, and the next worker takes up what was not committed.
 */
class BrokenModelIT {

    private static final int EVENTS = FaultForm.of(150, 2_000);
    private static final int BANKS = 5;
    private static final int HEAP = 256;
    private static final long WORST_MILLIS = 3_000;
    private static final Duration HANG = Duration.ofMillis(3 * WORST_MILLIS);
    private static final Duration TIMEOUT = Duration.ofMinutes(4);

    @Test
    void shouldEndInOrderAndLoseNothing(@TempDir Path folder) throws Exception {
        Script script = new Script(FaultForm.SEED + 3, BANKS);
        try (FaultCluster cluster = new FaultCluster(folder, 2, PipelineSettings.BATCH_WORST_MS, WORST_MILLIS)) {
            Path hangs = Files.createFile(cluster.notes.resolve("hangs"));
            Path outOfMemory = Files.createFile(cluster.notes.resolve("outofmemory"));
            some(cluster, script);
            cluster.send(script.saying(1, "heard an explode here"));
            cluster.send(script.saying(2, "is failing there"));
            some(cluster, script);
            cluster.send(script.saying(3, "outofmemory comes"));
            some(cluster, script);
            cluster.send(script.saying(3, "hangs after it"));
            some(cluster, script);
            List<ConversationEvent> questions = script.closing();
            questions.forEach(cluster::send);
            cluster.flush();

            ChildProcess first = cluster.startWorker("0", HEAP, 0);
            assertThat(first.awaitEnd(TIMEOUT)).as("exit code out of memory").isEqualTo(OptionalInt.of(1));
            Files.delete(outOfMemory);
            ChildProcess second = cluster.startWorker("0", HEAP, 0);
            long start = System.nanoTime();
            assertThat(second.awaitEnd(TIMEOUT)).as("exit code of the hang").isEqualTo(OptionalInt.of(1));
            long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
            assertThat(cluster.read(Topics.MEMORY_OPERATIONS)).noneMatch(operation -> operation.getFactText().contains("hangs"));
            Files.delete(hangs);
            ChildProcess third = cluster.startWorker("0", HEAP, 0);
            cluster.awaitAnswers(questions, TIMEOUT);
            third.stop();

            List<FailedEvent> letters = cluster.read(Topics.DEAD_LETTERS);
            assertThat(letters).filteredOn(letter -> letter.getReason().equals("OPERATOR_FAILED: scripted explosion")).hasSize(1);
            assertThat(letters).filteredOn(letter -> letter.getReason().equals("MODEL_FAILED: scripted failure")).hasSize(1);
            FaultRows.add("model throws, fails, hangs, runs out of memory", "throws and fails: one dead letter each; out of memory: worker ends with 1;"
                    + " hangs: worker ends with 1 " + seconds + " s after its start, limit of a call " + HANG.toSeconds() + " s; next worker: "
                    + cluster.verify(script.words()));
        }
    }

    private static void some(FaultCluster cluster, Script script) {
        for (int i = 0; i < EVENTS / 4; i++) {
            cluster.send(script.turn(i % BANKS));
        }
    }
}
