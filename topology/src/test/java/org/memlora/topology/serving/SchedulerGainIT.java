package org.memlora.topology.serving;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.memlora.models.ChatMessage;
import org.memlora.models.Completion;
import org.memlora.models.GenerationOptions;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;
import org.memlora.models.bases.CachedBases;
import org.memlora.models.generation.BatcherSettings;
import org.memlora.models.generation.GenerationStats;
import org.memlora.models.generation.LocalLanguageModel;
import org.memlora.models.gguf.GgufFile;
import org.memlora.models.grammar.Grammar;
import org.memlora.models.tokenizer.Tokenizers;
import org.memlora.models.transformer.EagerExecutor;
import org.memlora.models.transformer.TransformerConfig;
import org.memlora.models.transformer.TransformerExecutor;
import org.memlora.operators.OperatorSettings;
import org.memlora.operators.extraction.DialogueTurn;
import org.memlora.operators.extraction.Exchange;
import org.memlora.operators.extraction.ExtractionOperator;
import org.memlora.operators.extraction.Fact;

/**
 * What prefixes save in extraction and prompt look-up in texts that copy, on the exchanges of the demo's dialogue. On
 * demand: pom.xml. Properties: {@code memlora.base}; {@code memlora.exchanges}, one at a time, and {@code memlora.batched},
 * 16 at a time; 0 = not so.
 */
@Tag("speed")
class SchedulerGainIT {

    private static final int ROWS = 16;
    private static final BatcherSettings BARE = BatcherSettings.DEFAULT.withPrefixes(0, 0).withDrafts(0, 1);
    private static final BatcherSettings PREFIXES = BatcherSettings.DEFAULT.withDrafts(0, 1);

    /** Facts in the speakers' words, as a trained expert writes them; never NONE, so that something is written. */
    private static final Grammar FACTS = Grammar.sequence(Grammar.literal("- "), Grammar.lineExcept(""),
            Grammar.repeat(Grammar.sequence(Grammar.literal("\n- "), Grammar.lineExcept("")), 0, 2));

    /** @param cpuSeconds of the process, which other processes disturb less than the time of the clock */
    private record Run(List<String> outputs, GenerationStats.Work work, long calls, double seconds, double cpuSeconds) { }

    private interface Workload {
        List<String> run(LanguageModel model, List<Exchange> exchanges);
    }

    /** Stays open when the model above it is closed. */
    private record Shared(TransformerExecutor executor) implements TransformerExecutor {

        @Override
        public int rows() {
            return executor.rows();
        }

        @Override
        public int contextTokens() {
            return executor.contextTokens();
        }

        @Override
        public int vocabularySize() {
            return executor.vocabularySize();
        }

        @Override
        public List<float[][]> forward(List<RowInput> inputs) {
            return executor.forward(inputs);
        }

        @Override
        public KeyValuePrefix savePrefix(int row, int tokens) {
            return executor.savePrefix(row, tokens);
        }

        @Override
        public void restorePrefix(KeyValuePrefix prefix, int row) {
            executor.restorePrefix(prefix, row);
        }

        @Override
        public void close() { }
    }

    @Test
    void extraction() throws IOException {
        measure("extraction", SchedulerGainIT::extract, Map.of("prefixes", PREFIXES));
    }

    @Test
    void copying() throws IOException {
        Map<String, BatcherSettings> variants = new LinkedHashMap<>();
        for (int tokens : new int[] {2, 4, 6, 8}) {
            variants.put("drafts of " + tokens, BARE.withDrafts(ROWS, tokens));
        }
        measure("copying", SchedulerGainIT::copy, variants);
    }

    private static void measure(String workload, Workload work, Map<String, BatcherSettings> variants) throws IOException {
        String name = System.getProperty("memlora.base", "smollm2-135m-instruct");
        List<Exchange> exchanges = exchanges();
        GgufFile gguf = GgufFile.open(CachedBases.path(name));
        try (EagerExecutor executor = EagerExecutor.load(TransformerConfig.fromGguf(gguf.metadata()), gguf, Map.of(), ROWS, 1024, Device.cpu())) {
            run(executor, gguf, name, BARE, work, exchanges.subList(0, 2), 2);
            for (int rows : new int[] {1, ROWS}) {
                List<Exchange> input = exchanges.subList(0, Integer.getInteger(rows == 1 ? "memlora.exchanges" : "memlora.batched", ROWS));
                if (input.isEmpty()) {
                    continue;
                }
                Run bare = run(executor, gguf, name, BARE, work, input, rows);
                print(name, workload, rows, "bare", bare, bare);
                for (Map.Entry<String, BatcherSettings> variant : variants.entrySet()) {
                    Run run = run(executor, gguf, name, variant.getValue(), work, input, rows);
                    print(name, workload, rows, variant.getKey(), run, bare);
                    assertThat(run.work.failedRequests()).isZero();
                    assertThat(run.work.cachedTokens() > 0).isEqualTo(variant.getValue().prefixes() > 0);
                    assertThat(run.work.draftedTokens() > 0).isEqualTo(variant.getValue().draftRows() > 0);
                }
            }
        }
    }

    private static List<String> extract(LanguageModel model, List<Exchange> exchanges) {
        return new ExtractionOperator(model, OperatorSettings.DEFAULT).extract(exchanges).stream()
                .map(result -> result.facts().stream().map(Fact::text).collect(Collectors.joining("\n"))).toList();
    }

    private static List<String> copy(LanguageModel model, List<Exchange> exchanges) {
        return model.generate(exchanges.stream().map(exchange -> new GenerationRequest(List.of(
                ChatMessage.system("Write down each fact of the dialogue as one line \"- fact\", in the speakers' words, with their names."),
                ChatMessage.user(exchange.turns().stream().map(turn -> turn.speaker() + ": " + turn.text()).collect(Collectors.joining("\n")))),
                GenerationRequest.BASE, Optional.of(FACTS), GenerationOptions.greedy(60), exchange.bankId())).toList())
                .stream().map(Completion::text).toList();
    }

    private static Run run(EagerExecutor executor, GgufFile gguf, String name, BatcherSettings settings, Workload work,
            List<Exchange> exchanges, int rows) {
        LocalLanguageModel model = new LocalLanguageModel(new ModelInfo(name, executor.contextTokens(), Set.of()),
                new Shared(executor), Tokenizers.fromGgufMetadata(gguf.metadata()), settings);
        try (model) {
            List<String> outputs = new ArrayList<>();
            long start = System.nanoTime();
            long cpuStart = cpuNanos();
            for (int from = 0; from < exchanges.size(); from += rows) {
                outputs.addAll(work.run(model, exchanges.subList(from, Math.min(exchanges.size(), from + rows))));
            }
            return new Run(outputs, model.stats().total(), model.stats().forwardCalls(), (System.nanoTime() - start) / 1e9,
                    (cpuNanos() - cpuStart) / 1e9);
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private static void print(String name, String workload, int rows, String variant, Run run, Run bare) {
        GenerationStats.Work work = run.work;
        int same = 0;
        for (int i = 0; i < run.outputs.size(); i++) {
            same += run.outputs.get(i).equals(bare.outputs.get(i)) ? 1 : 0;
        }
        double requests = work.requests();
        System.out.printf("%s, %s, %d rows, %s: %.1f s, %.1f CPU s (%.2f of bare); a request: %.0f prompt tokens, %.0f of them run,"
                        + " %.0f written; prefill %.1f s, decode %.1f s; %d calls, %d drafted, %d accepted; %d of %d results as bare%n", name,
                workload, rows, variant, run.seconds, run.cpuSeconds, run.cpuSeconds / bare.cpuSeconds, work.promptTokens() / requests,
                (work.promptTokens() - work.cachedTokens()) / requests, work.outputTokens() / requests, work.prefillNanos() / 1e9,
                work.decodeNanos() / 1e9, run.calls, work.draftedTokens(), work.acceptedTokens(), same, run.outputs.size());
    }

    private static List<Exchange> exchanges() throws IOException {
        List<Exchange> exchanges = new ArrayList<>();
        Map<String, DialogueTurn> open = new LinkedHashMap<>();
        try (InputStream in = SchedulerGainIT.class.getResourceAsStream("/demo/three-friendships.jsonl")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                JsonNode event = new ObjectMapper().readTree(line);
                if (event.path("type").asText().equals("turn")) {
                    String bank = event.path("bank").asText();
                    DialogueTurn turn = new DialogueTurn(event.path("id").asText(), event.path("speaker").asText(),
                            event.path("text").asText(), Instant.parse(event.path("time").asText()), Optional.empty());
                    DialogueTurn first = open.remove(bank);
                    if (first == null) {
                        open.put(bank, turn);
                    } else {
                        exchanges.add(new Exchange(bank, List.of(first, turn)));
                    }
                }
            }
        }
        return exchanges;
    }
}
