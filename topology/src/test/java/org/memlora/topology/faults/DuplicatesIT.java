package org.memlora.topology.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.Topics;
import org.memlora.topology.client.PipelineClient;

/** The same events from many producers at once, two workers: each has one effect. */
class DuplicatesIT {

    private static final int DISTINCT = 100;
    private static final int COPIES = FaultForm.of(10, 100);
    private static final int PRODUCERS = 8;
    private static final int BANKS = 10;
    private static final int HEAP = 256;
    private static final Duration TIMEOUT = Duration.ofMinutes(4);

    @Test
    void shouldHaveOneEffectEach(@TempDir Path folder) throws Exception {
        Script script = new Script(FaultForm.SEED + 4, BANKS);
        List<ConversationEvent> distinct = IntStream.range(0, DISTINCT).mapToObj(i -> script.saying(i % BANKS, "saw comet" + i)).toList();
        try (FaultCluster cluster = new FaultCluster(folder, 4)) {
            ChildProcess[] workers = {cluster.startWorker("0", HEAP, 0), cluster.startWorker("1", HEAP, 0)};
            ExecutorService threads = Executors.newFixedThreadPool(PRODUCERS);
            List<Future<Void>> done = new ArrayList<>();
            for (int producer = 0; producer < PRODUCERS; producer++) {
                int number = producer;
                done.add(threads.submit(() -> send(cluster, distinct, number)));
            }
            for (Future<Void> one : done) {
                one.get();
            }
            threads.shutdown();
            List<ConversationEvent> questions = script.closing();
            questions.forEach(cluster::send);
            cluster.flush();
            cluster.awaitAnswers(questions, TIMEOUT);
            for (ChildProcess worker : workers) {
                worker.stop();
            }
            assertThat(cluster.read(Topics.MEMORY_OPERATIONS)).extracting(MemoryOperation::getSourceEventIds, MemoryOperation::getBankId)
                    .doesNotHaveDuplicates().hasSize(DISTINCT);
            assertThat(cluster.read(Topics.DEAD_LETTERS)).hasSize(DISTINCT * (COPIES - 1))
                    .allMatch(letter -> letter.getReason().startsWith("DUPLICATE_EVENT"));
            FaultRows.add("concurrent duplicate events", String.format("%,d copies of %d events from %d producers: %s", DISTINCT * COPIES, DISTINCT,
                    PRODUCERS, cluster.verify(script.words())));
        }
    }

    /** This producer's share of all copies, in an order of its own. */
    private static Void send(FaultCluster cluster, List<ConversationEvent> distinct, int producer) throws InterruptedException {
        List<ConversationEvent> copies = new ArrayList<>();
        for (int copy = 0; copy < COPIES; copy++) {
            for (int i = 0; i < distinct.size(); i++) {
                if ((copy + i) % PRODUCERS == producer) {
                    copies.add(distinct.get(i));
                }
            }
        }
        Collections.shuffle(copies, new Random(FaultForm.SEED + producer));
        try (PipelineClient client = cluster.newClient()) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            copies.forEach(event -> sent.add(client.send(event)));
            client.flush();
            for (Future<RecordMetadata> one : sent) {
                PipelineClient.await(one);
            }
        }
        return null;
    }
}
