package org.memlora.topology.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.schemas.ConversationEvent;
import org.memlora.topology.PipelineSettings;

/** A model that takes 5 s for each call, under the default time limits: the group stays as it is, and no call is made twice. */
class SlowModelIT {

    private static final long MODEL_MILLIS = 5_000;
    private static final int ROUNDS = FaultForm.of(1, 12);
    private static final int BANKS = 8;
    private static final int HEAP = 256;
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    @Test
    void shouldNeitherRebalanceNorTimeOut(@TempDir Path folder) throws Exception {
        Script script = new Script(FaultForm.SEED + 5, BANKS);
        try (FaultCluster cluster = new FaultCluster(folder, 4, PipelineSettings.BATCH_WORST_MS, 60_000L)) {
            ChildProcess[] workers = {cluster.startWorker("0", HEAP, MODEL_MILLIS), cluster.startWorker("1", HEAP, MODEL_MILLIS)};
            cluster.awaitRunning(2);
            Thread.sleep(5_000); // the rebalances of the start
            int states = cluster.states().size();
            Instant start = Instant.now();
            for (int i = 0; i < ROUNDS * BANKS * 4; i++) {
                cluster.send(script.turn(i % BANKS));
            }
            List<ConversationEvent> questions = script.closing();
            questions.forEach(cluster::send);
            cluster.flush();
            cluster.awaitAnswers(questions, TIMEOUT);
            long seconds = Duration.between(start, Instant.now()).toSeconds();
            assertThat(cluster.states()).as("changes of state while the model worked").hasSize(states);
            List<String> calls = Files.readAllLines(cluster.notes.resolve("calls"));
            for (ChildProcess worker : workers) {
                worker.stop();
            }
            String figures = cluster.verify(script.words());
            assertThat(requests(calls)).as("requests, each made once").isEqualTo(cluster.replayedRequests());
            FaultRows.add("slow model, 5 s a call", calls.size() + " calls in " + seconds + " s on two workers, 0 rebalances, 0 calls repeated; " + figures);
        }
    }

    private static int requests(List<String> calls) {
        return calls.stream().mapToInt(call -> Integer.parseInt(call.split(" ")[1])).sum();
    }
}
