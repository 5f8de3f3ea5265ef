package org.memlora.models.compiled;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.ObjectName;
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
    private static final int ROUNDS = 3;
    private static final long MOST_GROWTH = 16L << 20;
    /** A mapping's first line in smaps. */
    private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-[0-9a-f]+ .*");

    @TempDir
    private Path cache;

    @Test
    void tenThousandRequestsLeaveNativeMemoryWhereItWas() throws Exception {
        ReferenceModel model = ReferenceModel.of("qwen2-wide");
        Random random = new Random(SEED);
        try (CompiledExecutor executor = new CompiledModels(cache, DownloadProgress.none()).open(model.folder(), model.config(),
                SafetensorsFile.open(model.folder()), 8, model.experts(), ROWS, 128)) {
            serve(executor, REQUESTS, random);
            long before = nativeBytes();
            serve(executor, ROUNDS * REQUESTS, random);
            long after = nativeBytes();
            System.out.printf("native memory before and after %d requests, seed %d: %.1f and %.1f MB%n", ROUNDS * REQUESTS, SEED, before / 1e6, after / 1e6);
            assertThat(after - before).isLessThan(MOST_GROWTH);
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

    /** What the process holds in memory beyond the JVM's own: the heap's committed size says nothing of what is resident. */
    private static long nativeBytes() throws Exception {
        System.gc();
        long[] heap = heapRange();
        long resident = 0;
        boolean outside = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            Matcher range = MAPPING.matcher(line);
            if (range.matches()) {
                long start = Long.parseUnsignedLong(range.group(1), 16);
                outside = start < heap[0] || start >= heap[1];
            } else if (outside && line.startsWith("Anonymous:")) {
                resident += Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        return resident - ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getCommitted();
    }

    /** Addresses between which the heap lies. */
    private static long[] heapRange() throws Exception {
        String info = (String) ManagementFactory.getPlatformMBeanServer().invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"),
                "gcHeapInfo", new Object[] {null}, new String[] {String[].class.getName()});
        long[] addresses = Pattern.compile("0x([0-9a-f]+)").matcher(info).results().mapToLong(found -> Long.parseUnsignedLong(found.group(1), 16)).toArray();
        assertThat(addresses).as("addresses in " + info).hasSizeGreaterThan(1);
        return new long[] {Arrays.stream(addresses).min().orElseThrow(), Arrays.stream(addresses).max().orElseThrow()};
    }
}
