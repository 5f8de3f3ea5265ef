package org.memlora.models.compiled;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.transformer.ReferenceModel;
import org.memlora.models.transformer.TransformerExecutor.KeyValuePrefix;
import org.memlora.models.transformer.TransformerExecutor.RowInput;

class CompiledMemoryIT {
    private static final int ROWS = 4;
    private static final int REQUESTS = 10_000;
    private static final int STEPS = 3;
    private static final long SEED = 11;
    /** The heap's committed size and the allocators' arenas change now and then, by up to 57 MB in one round; what leaks grows in all of them. */
    private static final int ROUNDS = 3;
    private static final long MOST_GROWTH = 16L << 20;

    @TempDir
    private Path cache;

    @Test
    void tenThousandRequestsLeaveNativeMemoryWhereItWas() throws IOException {
        ReferenceModel model = ReferenceModel.of("qwen2-wide");
        Random random = new Random(SEED);
        try (CompiledExecutor executor = new CompiledModels(cache, DownloadProgress.none()).open(model.folder(), model.config(),
                SafetensorsFile.open(model.folder()), 8, model.experts(), ROWS, 128)) {
            serve(executor, REQUESTS, random);
            long before = nativeBytes();
            List<Long> growths = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                serve(executor, REQUESTS, random);
                long after = nativeBytes();
                growths.add(after - before);
                before = after;
            }
            System.out.printf("growth of native memory in %d rounds of %d requests, seed %d: %s bytes%n", ROUNDS, REQUESTS, SEED, growths);
            assertThat(growths).as("a leak grows in every round").anyMatch(growth -> growth < MOST_GROWTH);
        }
    }

    /** Prompts of all lengths, experts of all kinds, rows that come and go, prefixes kept and restored. */
    private static void serve(CompiledExecutor executor, int requests, Random random) {
        String[] experts = {"base", "qv", "all"};
        for (int served = 0; served < requests; served += ROWS) {
            List<RowInput> inputs = new ArrayList<>();
            for (int row = 0; row < ROWS; row++) {
                int[] prompt = random.ints(1 + random.nextInt(60), 3, 100).toArray();
                inputs.add(new RowInput(row, 0, prompt, experts[random.nextInt(3)]));
            }
            executor.forward(inputs);
            try (KeyValuePrefix prefix = executor.savePrefix(0, inputs.get(0).tokens().length)) {
                executor.restorePrefix(prefix, 1);
            }
            for (int step = 0; step < STEPS; step++) {
                List<RowInput> next = new ArrayList<>();
                for (int row = random.nextInt(ROWS); row < ROWS; row++) {
                    int position = row == 1 ? inputs.get(0).tokens().length : inputs.get(row).tokens().length;
                    next.add(new RowInput(row, position, new int[] {7 + step}, inputs.get(row == 1 ? 0 : row).expert()));
                }
                executor.forward(next);
            }
        }
    }

    /** What the process holds beyond the JVM's own memory. */
    private static long nativeBytes() throws IOException {
        System.gc();
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            long resident = lines.filter(line -> line.startsWith("RssAnon:")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst().orElseThrow();
            return resident - memory.getHeapMemoryUsage().getCommitted() - memory.getNonHeapMemoryUsage().getCommitted();
        }
    }
}
