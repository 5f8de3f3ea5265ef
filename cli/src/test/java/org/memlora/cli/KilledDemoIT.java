package org.memlora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.models.bases.BaseCatalog;
import org.memlora.models.bases.CachedBases;
import org.memlora.models.bases.FolderTree;

/** {@code demo --data-dir} with a real base: killed in mid-stream, its stores deleted, the same command once more. */
class KilledDemoIT {

    private static final int SIGTERM = 15;
    private static final Duration TIMEOUT = Duration.ofMinutes(8);
    /** More events than a micro-batch has room for, so that there is a middle. */
    private static final int TURNS = 36;
    private static final int QUESTION_EVERY = 3;
    private static final List<String> TOWNS = List.of("Trondheim", "Bergen", "Kyoto", "Stockholm", "Porto", "Lyon", "Cork", "Graz");
    private static final List<String> DOINGS = List.of("moved there alone with my cat Miso", "opened a small bakery near the harbour",
            "started a new job as a nurse at the hospital");

    @Test
    void goesOnAndItsStoreIsAReplayOfItsOperations(@TempDir Path folder) throws Exception {
        CachedBases.path(BaseCatalog.SMOLLM2_135M);
        Path data = Files.write(folder.resolve("towns.jsonl"), lines());
        Path kept = folder.resolve("kept");
        String[] demo = {"demo", "--base", BaseCatalog.SMOLLM2_135M, "--experts", "none", "--data", data.toString(), "--data-dir", kept.toString()};
        try (CommandProcesses commands = new CommandProcesses("killed-demo")) {
            Process first = commands.start(demo);
            await(first, Path.of("target/killed-demo-1-demo.log"), " ADD ");
            CommandProcesses.kill(first);
            String before = Files.readString(Path.of("target/killed-demo-1-demo.log"));
            assertThat(before).as("killed in mid-stream").contains("Streaming " + TURNS + " turns").doesNotContain("Summary");
            FolderTree.delete(kept.resolve("state"));

            Process second = commands.start(demo);
            assertThat(second.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
            String after = Files.readString(Path.of("target/killed-demo-2-demo.log"));

            assertThat(second.exitValue()).as(after).isZero();
            assertThat(after).contains("Going on in " + kept, "memories of 1 banks, the same as a replay of memory-operations", "Every turn was processed")
                    .doesNotContain("LOST");
            for (int i = QUESTION_EVERY; i <= TURNS; i += QUESTION_EVERY) {
                assertThat(after.split("What happened in week " + i + "\\?", -1)).as("answers of week " + i).hasSize(2);
            }
        }
    }

    /** A forward call in progress must not meet the end of the native libraries. */
    @Test
    void endsOnSigtermWhileTheModelIsAtWork(@TempDir Path folder) throws Exception {
        CachedBases.path(BaseCatalog.SMOLLM2_135M);
        Path data = Files.write(folder.resolve("towns.jsonl"), lines());
        try (CommandProcesses commands = new CommandProcesses("ended-demo")) {
            Process demo = commands.start("demo", "--base", BaseCatalog.SMOLLM2_135M, "--experts", "none", "--data", data.toString());
            Path log = Path.of("target/ended-demo-1-demo.log");
            await(demo, log, " ADD ");
            demo.destroy();
            assertThat(demo.waitFor(30, TimeUnit.SECONDS)).as("ends").isTrue();
            String said = Files.readString(log);
            assertThat(demo.exitValue()).as(said).isEqualTo(128 + SIGTERM);
            assertThat(said).doesNotContain("fatal error", "Summary");
        }
    }

    private static List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (int i = 1; i <= TURNS; i++) {
            String place = "\"bank\": \"ann\", \"time\": \"" + LocalDate.of(2025, 3, 1).plusDays(i) + "T10:00:00Z\"";
            lines.add("{\"type\": \"turn\", " + place + ", \"id\": \"" + i + "\", \"speaker\": \"Ann\", \"text\": \"I was in " + TOWNS.get(i % TOWNS.size())
                    + " and " + DOINGS.get(i % DOINGS.size()) + ".\", \"endsExchange\": true}");
            if (i % QUESTION_EVERY == 0) {
                lines.add("{\"type\": \"question\", " + place + ", \"id\": \"q" + i + "\", \"text\": \"What happened in week " + i + "?\"}");
            }
        }
        return lines;
    }

    private static void await(Process process, Path log, String text) throws IOException, InterruptedException {
        Instant end = Instant.now().plus(TIMEOUT);
        while (!Files.readString(log).contains(text)) {
            assertThat(process.isAlive()).as("the demo runs").isTrue();
            assertThat(Instant.now()).as("something was remembered").isBefore(end);
            Thread.sleep(100);
        }
    }
}
