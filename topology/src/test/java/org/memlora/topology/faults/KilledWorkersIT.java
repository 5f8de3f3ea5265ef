package org.memlora.topology.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.Topics;
import org.memlora.topology.client.TopicReader;

/** kill -9 of one of two workers at random points of a running stream, again and again: each kill is a rebalance, each restart another. */
class KilledWorkersIT {

    private static final int KILLS = FaultForm.of(5, 100);
    private static final int BANKS = 12;
    private static final int PARTITIONS = 4;
    private static final int HEAP = 256;
    private static final long MODEL_MILLIS = 15;
    private static final int LATEST_KILL_MILLIS = 1_500;
    private static final Duration TIMEOUT = Duration.ofMinutes(4);

    @Test
    void shouldLoseAndDoubleNothing(@TempDir Path folder) throws Exception {
        Random random = new Random(FaultForm.SEED);
        Script script = new Script(FaultForm.SEED, BANKS);
        try (FaultCluster cluster = new FaultCluster(folder, PARTITIONS)) {
            Instant start = Instant.now();
            ChildProcess[] workers = {cluster.startWorker("0", HEAP, MODEL_MILLIS), cluster.startWorker("1", HEAP, MODEL_MILLIS)};
            Sender sender = new Sender(cluster, script);
            sender.start();
            try (TopicReader<MemoryOperation> operations = cluster.client.read(Topics.MEMORY_OPERATIONS, true)) {
                for (int kill = 0; kill < KILLS; kill++) {
                    awaitNews(operations);
                    Thread.sleep(random.nextInt(LATEST_KILL_MILLIS));
                    int victim = random.nextInt(workers.length);
                    workers[victim].kill();
                    workers[victim] = cluster.startWorker(String.valueOf(victim), HEAP, MODEL_MILLIS);
                }
                awaitNews(operations);
            }
            sender.end();
            List<ConversationEvent> questions = script.closing();
            questions.forEach(cluster::send);
            cluster.flush();
            cluster.awaitAnswers(questions, TIMEOUT);
            Duration time = Duration.between(start, Instant.now());
            for (ChildProcess worker : workers) {
                worker.stop();
            }
            FaultRows.add("kill -9 of one of two workers at random points", KILLS + " kills in " + time.toSeconds() + " s; "
                    + cluster.verify(script.words()));
        }
    }

    /** The stream runs: something was committed since the last call. */
    private static void awaitNews(TopicReader<MemoryOperation> operations) {
        Instant end = Instant.now().plus(TIMEOUT);
        while (operations.poll(Duration.ofMillis(100)).isEmpty()) {
            assertThat(Instant.now()).as("no operation was committed any more").isBefore(end);
        }
    }
}
