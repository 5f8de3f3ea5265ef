package org.memlora.topology.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.schemas.Answer;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.Topics;

/** kill -9 of a real worker process in mid-stream, several times: nothing is lost, doubled or reordered. */
class KilledWorkerIT {

    private static final long SEED = Long.getLong("memlora.seed", 20250301L);
    private static final int KILLS = Integer.getInteger("memlora.kills", 3);
    private static final List<String> BANKS = List.of("amber", "birch", "cedar");
    private static final int TURNS = 40;
    private static final long DELAY_MILLIS = 120;
    private static final Duration TIMEOUT = Duration.ofSeconds(120);

    @Test
    void eachOperationIsThereOnceAndInOrder(@TempDir Path folder) throws Exception {
        System.out.println("seed " + SEED + ", " + KILLS + " kills");
        Random random = new Random(SEED);
        try (PipelineFixture pipeline = new PipelineFixture(folder, 2)) {
            send(pipeline);
            int total = BANKS.size() * TURNS;
            for (int kill = 0; kill < KILLS; kill++) {
                int before = pipeline.all(Topics.MEMORY_OPERATIONS).size();
                Process worker = start(pipeline, folder);
                try {
                    int goal = Math.min(before + 1, total);
                    pipeline.await(Topics.MEMORY_OPERATIONS, TIMEOUT, all -> all.size() >= goal);
                    Thread.sleep(random.nextInt(600));
                } finally {
                    kill(worker);
                }
                int after = pipeline.all(Topics.MEMORY_OPERATIONS).size();
                System.out.println("kill " + (kill + 1) + " after " + after + " of " + total + " operations");
                assertThat(after).as("killed in mid-stream").isLessThan(total);
            }
            Process last = start(pipeline, folder);
            try {
                List<Answer> answers = pipeline.await(Topics.ANSWERS, TIMEOUT, all -> all.size() >= BANKS.size());
                assertThat(answers).hasSameSizeAs(BANKS);
            } finally {
                kill(last);
            }
            check(pipeline.all(Topics.MEMORY_OPERATIONS));
            assertThat(pipeline.all(Topics.DEAD_LETTERS)).isEmpty();
        }
    }

    private static void send(PipelineFixture pipeline) {
        for (int i = 1; i <= TURNS; i++) {
            for (String bank : BANKS) {
                pipeline.client.send(ScriptedPipeline.turn(bank, i, i % 2 == 0 ? "Ann" : "Ben", text(bank, i)));
            }
        }
        BANKS.forEach(bank -> pipeline.client.send(ScriptedPipeline.question(bank, TURNS + 1, "What about parcel7?")));
        pipeline.client.flush();
    }

    private static String text(String bank, int number) {
        return "received parcel" + number + " from " + bank;
    }

    private static void check(List<MemoryOperation> operations) {
        assertThat(operations).extracting(MemoryOperation::getOperationId).doesNotHaveDuplicates();
        for (String bank : BANKS) {
            List<String> facts = operations.stream().filter(operation -> operation.getBankId().equals(bank))
                    .map(MemoryOperation::getFactText).toList();
            assertThat(facts).containsExactlyElementsOf(IntStream.rangeClosed(1, TURNS)
                    .mapToObj(i -> (i % 2 == 0 ? "Ann " : "Ben ") + text(bank, i)).toList());
        }
    }

    private static Process start(PipelineFixture pipeline, Path folder) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-cp", classPath,
                SlowWorkerMain.class.getName(), pipeline.broker.bootstrapServers(), pipeline.registry.url(),
                folder.resolve("state").toString(), String.valueOf(DELAY_MILLIS))
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(new File("target/killed-worker.log"))).start();
    }

    /** SIGKILL: no hook runs, nothing is committed. */
    private static void kill(Process worker) throws InterruptedException {
        worker.destroyForcibly();
        assertThat(worker.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
}
