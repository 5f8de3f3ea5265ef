package org.memlora.evaluation.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.LanguageModels;
import org.memlora.models.OpenedBase;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.embedding.MiniLmEmbedder;
import org.memlora.models.tokenizer.Tokenizer;
import org.memlora.operators.Stage;
import org.memlora.topology.demo.Dialogue;
import org.memlora.topology.demo.DialogueReader;
import org.memlora.topology.serving.StageMeter;

/** Measures one part in this process. */
final class PartMeasurement {

    private static final int GROUPS = 2;
    private static final int LONG_CONTEXT = 2560;
    private static final int MOST_STEPS = 32;
    private static final double ALLOWED_LENGTH_ERROR = 0.05;
    private static final int LLAMA_THREADS = 2;

    private final BenchPart part;
    private final PartProgress progress;

    PartMeasurement(BenchPart part, PartProgress progress) {
        this.part = part;
        this.progress = progress;
    }

    ObjectNode run() throws InterruptedException {
        return switch (part.kind()) {
            case PIPELINE -> row();
            case ENGINE -> engine();
            case EXPERT_COSTS -> new ExpertCosts(OpenedBase.open(part.base(), DownloadProgress.none()), Path.of(part.experts()), part.parallel(),
                    part.seconds() == 0, progress).measure();
            case PARITY -> new EngineParity(OpenedBase.open(part.base(), DownloadProgress.none()), part, progress).measure();
        };
    }

    private ObjectNode row() throws InterruptedException {
        boolean ours = part.name().equals(BenchSettings.OURS);
        boolean longPrompts = part.name().equals(BenchSettings.LONG_PROMPTS);
        int parallel = ours ? part.parallel() : 1;
        progress.step("loading " + part.base(), 0, 1);
        LanguageModels.Request request = new LanguageModels.Request(part.base(),
                longPrompts ? Optional.empty() : Optional.of(Path.of(part.experts())), LanguageModels.Compute.valueOf(part.compute()),
                parallel, longPrompts ? LONG_CONTEXT : part.contextTokens());
        List<Workload.Bank> banks = Workload.banks(dialogues(), GROUPS * part.parallel());
        RowResult result = new RowResult();
        try (LanguageModel model = LanguageModels.load(request, DownloadProgress.none()); MiniLmEmbedder embedder = new MiniLmEmbedder()) {
            LongPrompts prompts = longPrompts ? longPrompts() : null;
            warmUp(system(model, prompts, embedder, new StageMeter()), banks.get(0));
            new RowMeasurement(banks, ours ? GROUPS : 1, ours ? part.parallel() : 1, part.seconds(), result, progress)
                    .run(system(model, prompts, embedder, result.meter));
        }
        if (longPrompts) {
            requireLength(Stage.EXTRACTION, result, LongPrompts.EXTRACTION_TOKENS);
            requireLength(Stage.UPDATE, result, LongPrompts.UPDATE_TOKENS);
        }
        ObjectNode json = result.json(part.name());
        json.put("experts", longPrompts ? "none" : part.trainedExperts() ? "trained" : "random");
        json.put("parallel", parallel);
        return json;
    }

    private LongPrompts longPrompts() {
        Tokenizer tokenizer = OpenedBase.open(part.base(), DownloadProgress.none()).tokenizer();
        return new LongPrompts(prompt -> tokenizer.encodeChat(prompt).length, text -> tokenizer.encode(text).length);
    }

    private static MemorySystem system(LanguageModel model, LongPrompts prompts, MiniLmEmbedder embedder, StageMeter meter) {
        return prompts == null ? new StageOperators(model, embedder, meter) : new LongPromptSystem(model, prompts, embedder, meter);
    }

    /** Compilers and caches of the libraries. */
    private static void warmUp(MemorySystem system, Workload.Bank bank) {
        system.remember(List.of(bank.exchanges().get(0)));
    }

    private static void requireLength(Stage stage, RowResult result, int expected) {
        StageMeter.Work work = result.meter.of(stage);
        if (work.requests() > 0) {
            double mean = (double) work.promptTokens() / work.requests();
            if (Math.abs(mean / expected - 1) > ALLOWED_LENGTH_ERROR) {
                throw new IllegalStateException("The long prompts of " + stage + " have " + mean + " tokens on average, expected "
                        + expected + " within 5 %: this base's tokenizer needs other texts.");
            }
        }
    }

    private List<Dialogue> dialogues() {
        return part.data().isEmpty() ? List.of(DialogueReader.demo()) : part.data().stream().map(file -> DialogueReader.read(Path.of(file))).toList();
    }

    private ObjectNode engine() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode figures = json.putArray("engines");
        OpenedBase base = OpenedBase.open(part.base(), DownloadProgress.none());
        try (BenchmarkEngine engine = engine(base)) {
            engine.run(1, 4);
            for (int i = 0; i < part.batches().size(); i++) {
                int batch = part.batches().get(i);
                progress.step("batch " + batch, i, part.batches().size());
                BenchmarkEngine.Run run = BenchmarkEngine.Run.NONE;
                do {
                    run = run.plus(engine.run(batch, MOST_STEPS));
                } while (run.prefillNanos() + run.decodeNanos() < part.minMillis() * 1_000_000);
                figures.addObject().put("name", part.name()).put("base", part.base()).put("batch", batch)
                        .put("prefillTokensPerSecond", run.prefillPerSecond()).put("decodeTokensPerSecond", run.decodePerSecond());
            }
            json.put("note", engine.note());
        }
        return json;
    }

    private BenchmarkEngine engine(OpenedBase base) {
        if (part.name().equals(BenchRun.LLAMA_CPP)) {
            return new LlamaCppEngine(base.path(), LLAMA_THREADS);
        }
        int rows = part.batches().stream().mapToInt(Integer::intValue).max().orElseThrow();
        return new ExecutorEngine(TransformerExecutors.load(part.name(), base, Optional.empty(), rows,
                BenchmarkEngine.PROMPT_TOKENS + MOST_STEPS), row -> GenerationRequest.BASE);
    }
}
