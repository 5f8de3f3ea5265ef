package org.memlora.topology.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.Topics;
import org.memlora.topology.client.TopicReader;

/** The broker goes, in order and by kill -9, and the registry goes; the workers are left alone and go on when it is back. */
@Tag("outage")
class BrokerOutageIT {

    private static final int OUTAGE_SECONDS = FaultForm.of(6, 30);
    private static final int HEAP = 256;
    private static final long MODEL_MILLIS = 10;
    private static final int BANKS = 8;
    private static final Duration TIMEOUT = Duration.ofMinutes(4);

    @Test
    void shouldGoOnByItself(@TempDir Path folder) throws Exception {
        Script script = new Script(FaultForm.SEED + 1, BANKS);
        try (FaultCluster cluster = new FaultCluster(folder, 4)) {
            ChildProcess[] workers = {cluster.startWorker("0", HEAP, MODEL_MILLIS), cluster.startWorker("1", HEAP, MODEL_MILLIS)};
            Sender sender = new Sender(cluster, script);
            sender.start();
            StringBuilder figures = new StringBuilder();
            try (TopicReader<MemoryOperation> operations = cluster.client.read(Topics.MEMORY_OPERATIONS, true)) {
                awaitNews(operations);

                cluster.broker().stop();
                Thread.sleep(OUTAGE_SECONDS * 1_000L);
                cluster.startBroker();
                figures.append("broker stopped ").append(OUTAGE_SECONDS).append(" s, work again after ").append(awaitNews(operations)).append(" s; ");

                cluster.broker().kill();
                cluster.startBroker();
                figures.append("broker killed and started, work again after ").append(awaitNews(operations)).append(" s; ");

                // Workers that start while the registry is away know no schema yet.
                cluster.stopRegistry();
                for (int i = 0; i < workers.length; i++) {
                    workers[i].kill();
                    workers[i] = cluster.startWorker(String.valueOf(i), HEAP, MODEL_MILLIS);
                }
                Thread.sleep(OUTAGE_SECONDS * 1_000L);
                cluster.startRegistry();
                figures.append("registry away ").append(OUTAGE_SECONDS).append(" s while both workers started, work after ")
                        .append(awaitNews(operations)).append(" s; ");
            }
            sender.end();
            List<ConversationEvent> questions = script.closing();
            questions.forEach(cluster::send);
            cluster.flush();
            cluster.awaitAnswers(questions, TIMEOUT);
            for (ChildProcess worker : workers) {
                assertThat(worker.isAlive()).as("a worker ended by itself").isTrue();
                worker.stop();
            }
            FaultRows.add("broker stopped, broker killed, registry down", figures + cluster.verify(script.words()));
        }
    }

    /** Seconds until something new was committed. */
    private static long awaitNews(TopicReader<MemoryOperation> operations) {
        Instant start = Instant.now();
        while (!operations.poll(Duration.ofMillis(100)).isEmpty()) {
            assertThat(Instant.now()).isBefore(start.plus(TIMEOUT)); // what was committed before
        }
        while (operations.poll(Duration.ofMillis(100)).isEmpty()) {
            assertThat(Instant.now()).as("no operation was committed any more").isBefore(start.plus(TIMEOUT));
        }
        return Duration.between(start, Instant.now()).toSeconds();
    }
}
