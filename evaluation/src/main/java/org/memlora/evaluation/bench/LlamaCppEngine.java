package org.memlora.evaluation.bench;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.LlamaOutput;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.LogFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * llama.cpp through its Java binding. The binding has no call for several sequences: each row is a request of its own
 * to the binding's server-like scheduler, which batches them in its slots (continuous batching, one slot per row).
 * Prefill ends with the first token of the last row; decoding is counted from there to the end of the first row that
 * ends. Another build of the native library: JVM option {@code -Dde.kherud.llama.lib.path=FOLDER}.
 */
final class LlamaCppEngine implements BenchmarkEngine {

    private static final int CONTEXT_PER_ROW = 256;

    private final Path model;
    private final int threads;
    private final SplittableRandom random = new SplittableRandom(BenchSettings.SEED);
    private volatile String instructions = "";
    private LlamaModel loaded;
    private int slots;

    LlamaCppEngine(Path model, int threads) {
        this.model = model;
        this.threads = threads;
        LlamaModel.setLogger(LogFormat.TEXT, (level, message) -> {
            if (message.contains("system_info")) {
                instructions = message.replaceAll("(?s).*CPU :", "").replaceAll(" = 1", "").replaceAll("[|\\s]+", " ").strip();
            }
        });
    }

    /** One row's stream. */
    private record Row(long firstToken, long[] tokenTimes) { }

    @Override
    public Run run(int batch, int outputTokens) {
        LlamaModel llama = withSlots(batch);
        List<String> prompts = new ArrayList<>();
        long promptTokens = 0;
        for (int row = 0; row < batch; row++) {
            prompts.add(prompt(llama));
            promptTokens += llama.encode(prompts.get(row)).length;
        }
        ExecutorService callers = Executors.newFixedThreadPool(batch);
        try {
            long start = System.nanoTime();
            List<Future<Row>> futures = prompts.stream().map(prompt -> callers.submit(() -> stream(llama, prompt, outputTokens))).toList();
            List<Row> rows = new ArrayList<>();
            for (Future<Row> future : futures) {
                rows.add(future.get());
            }
            long read = rows.stream().mapToLong(Row::firstToken).max().orElseThrow();
            long end = rows.stream().mapToLong(row -> row.tokenTimes[row.tokenTimes.length - 1]).min().orElseThrow();
            long written = rows.stream().flatMapToLong(row -> java.util.Arrays.stream(row.tokenTimes)).filter(time -> time > read && time <= end).count();
            return new Run(promptTokens, read - start, written, end - read);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("llama.cpp failed: " + e.getCause().getMessage(), e.getCause());
        } finally {
            callers.shutdownNow();
        }
    }

    @Override
    public String note() {
        return "binding's native library with" + (instructions.isEmpty() ? " unknown instructions" : ": " + instructions) + "; " + threads + " threads";
    }

    private static Row stream(LlamaModel llama, String prompt, int outputTokens) {
        long[] times = new long[outputTokens];
        int count = 0;
        InferenceParameters parameters = new InferenceParameters(prompt).setNPredict(outputTokens).setTemperature(0)
                .setIgnoreEos(true).setCachePrompt(false);
        for (LlamaOutput output : llama.generate(parameters)) {
            if (count < outputTokens) {
                times[count++] = System.nanoTime();
            }
        }
        if (count == 0) {
            throw new IllegalStateException("llama.cpp wrote no token");
        }
        return new Row(times[0], java.util.Arrays.copyOf(times, count));
    }

    private LlamaModel withSlots(int batch) {
        if (loaded == null || slots != batch) {
            close();
            loaded = new LlamaModel(new ModelParameters().setModel(model.toString()).setThreads(threads).setThreadsBatch(threads)
                    .setGpuLayers(0).setCtxSize(CONTEXT_PER_ROW * batch).setParallel(batch).enableContBatching());
            slots = batch;
        }
        return loaded;
    }

    /** Random syllables, so that no two prompts share a start. */
    private String prompt(LlamaModel llama) {
        StringBuilder text = new StringBuilder();
        while (llama.encode(text.toString()).length < PROMPT_TOKENS) {
            text.append(Integer.toString(random.nextInt(36 * 36, 36 * 36 * 36), 36)).append(' ');
        }
        return text.toString();
    }

    @Override
    public void close() {
        if (loaded != null) {
            loaded.close();
            loaded = null;
        }
    }
}
