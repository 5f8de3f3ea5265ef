package org.memlora.topology.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.schemas.Answer;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.Question;
import org.memlora.schemas.Topics;
import org.memlora.topology.PipelineSettings;
import org.memlora.topology.client.TopicReader;

/** The folder of the local stores is deleted, under a running worker and while none runs: the changelogs have it all. */
class LostStateIT {

    private static final int MEMORIES = FaultForm.of(2_000, 100_000);
    private static final int MEMORIES_PER_BANK = 100;
    private static final int BANKS = MEMORIES / MEMORIES_PER_BANK;
    private static final int ASKED = 20;
    private static final int HEAP = 512;
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    @Test
    void shouldRestoreFromTheChangelogs(@TempDir Path folder) throws Exception {
        Script script = new Script(FaultForm.SEED + 2, BANKS);
        try (FaultCluster cluster = new FaultCluster(folder, 4, PipelineSettings.BATCH_EVENTS, 100)) {
            ChildProcess worker = cluster.startWorker("0", HEAP, 0);
            Instant start = Instant.now();
            for (int round = 0; round < MEMORIES_PER_BANK; round++) {
                for (int bank = 0; bank < BANKS; bank++) {
                    cluster.send(script.saying(bank, "saw thing" + round + " and " + round * 7919 + " once"));
                }
                if (round == MEMORIES_PER_BANK / 2) {
                    cluster.flush();
                    awaitOperations(cluster, MEMORIES / 4);
                    delete(cluster.stateFolder("0")); // under the running worker
                }
            }
            Map<String, Answer> before = ask(cluster, "before");
            double seconds = Duration.between(start, Instant.now()).toMillis() / 1_000.0;
            worker.stop();
            long changelogBytes = size(folder.resolve("broker"), "memories-changelog");

            delete(cluster.stateFolder("0"));
            int running = (int) cluster.states().stream().filter(state -> state.contains(" RUNNING ")).count();
            ChildProcess restored = cluster.startWorker("0", HEAP, 0);
            cluster.awaitRunning(running + 1L);
            long restoreMillis = Long.parseLong(cluster.states().get(cluster.states().size() - 1).split(" ")[2]);
            Map<String, Answer> after = ask(cluster, "after");
            long peak = restored.peakMegabytes();
            restored.stop();

            assertThat(after.keySet()).isEqualTo(before.keySet());
            before.forEach((bank, answer) -> {
                assertThat(after.get(bank).getText()).isEqualTo(answer.getText()).isNotBlank();
                assertThat(after.get(bank).getMemories()).isEqualTo(answer.getMemories());
            });
            FaultRows.add("state directory deleted, under a running worker and between two", String.format(
                    "%,d memories written at %.0f a second; %.1f s from the start of a worker without stores until it serves, %d MiB of"
                    + " changelog, worker at most %d MiB; %d questions answered the same; %s", MEMORIES, MEMORIES / seconds,
                    restoreMillis / 1_000.0, changelogBytes >> 20, peak, before.size(), cluster.verify(Map.of())));
        }
    }

    /** Asks all banks, so that all is done when it returns; the answers to compare. */
    private static Map<String, Answer> ask(FaultCluster cluster, String id) throws Exception {
        List<ConversationEvent> questions = new ArrayList<>();
        for (int i = 0; i < BANKS; i++) {
            questions.add(new ConversationEvent(id, Script.bank(i), null, new Question("Who saw thing" + i % MEMORIES_PER_BANK + "?", null)));
        }
        questions.forEach(cluster::send);
        cluster.flush();
        cluster.awaitAnswers(questions, TIMEOUT);
        return cluster.read(Topics.ANSWERS).stream().filter(answer -> answer.getQuestionEventId().equals(id))
                .sorted(Comparator.comparing(Answer::getBankId)).limit(ASKED)
                .collect(Collectors.toMap(Answer::getBankId, answer -> answer));
    }

    private static void awaitOperations(FaultCluster cluster, int count) {
        Instant moved = Instant.now();
        int found = 0;
        try (TopicReader<MemoryOperation> operations = cluster.client.read(Topics.MEMORY_OPERATIONS, true)) {
            while (found < count) {
                int more = operations.poll(Duration.ofMillis(200)).size();
                moved = more > 0 ? Instant.now() : moved;
                found += more;
                assertThat(Duration.between(moved, Instant.now())).as(found + " of " + count + " operations").isLessThan(TIMEOUT);
            }
        }
    }

    private static long size(Path folder, String name) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().contains(name) && file.toString().endsWith(".log"))
                    .mapToLong(file -> file.toFile().length()).sum();
        }
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) { // what else is made meanwhile stays
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }
}
