package org.memlora.topology.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.memlora.models.LanguageModel;
import org.memlora.models.LanguageModels;
import org.memlora.models.embedding.MiniLmEmbedder;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.Topics;
import org.memlora.schemas.registry.EmbeddedSchemaRegistry;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.PipelineSettings;
import org.memlora.topology.broker.EmbeddedBroker;
import org.memlora.topology.client.PipelineClient;
import org.memlora.topology.client.TopicReader;
import org.memlora.topology.serving.ModelPipeline;
import org.memlora.topology.serving.StageMeter;

/** The real pipeline in one process: broker, registry, worker and model, with a dialogue streamed through it. */
public final class DemoRun {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
    private static final Duration STALL = Duration.ofMinutes(10);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LAST_LETTERS = Duration.ofSeconds(1);

    private final LanguageModels.Request model;
    private final Dialogue dialogue;
    private final PrintStream out;
    private final Rendering rendering;
    private final DemoReport report = new DemoReport();
    private final StageMeter meter = new StageMeter();
    private final DemoProgress done;

    public DemoRun(LanguageModels.Request model, Dialogue dialogue, PrintStream out) {
        this.model = model;
        this.dialogue = dialogue.closed();
        this.out = out;
        this.rendering = new Rendering(out, System.console() != null);
        this.done = new DemoProgress(this.dialogue);
    }

    /** True when every event was processed and every question answered. */
    public boolean run() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Path folder = Files.createTempDirectory("memlora-demo");
        Thread cleaner = new Thread(() -> delete(folder), "cleaner");
        Runtime.getRuntime().addShutdownHook(cleaner);
        try (WorkProgress progress = new WorkProgress(System.err);
                LanguageModel loaded = LanguageModels.load(model, progress.downloads());
                MiniLmEmbedder embedder = new MiniLmEmbedder()) {
            progress.close();
            Duration load = since(begin);
            long starting = System.nanoTime();
            try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0);
                    EmbeddedSchemaRegistry registry = EmbeddedSchemaRegistry.start(folder.resolve("registry"));
                    AvroSerdes serdes = AvroSerdes.of(registry.url())) {
                PipelineSettings settings = settings(broker, registry, folder);
                try (PipelineClient client = new PipelineClient(broker.bootstrapServers(), serdes, Map.of(), settings.maxMessageBytes())) {
                    client.createTopics(1, Optional.of((short) 1));
                    try (MemoryWorker worker = ModelPipeline.worker(settings, ModelPipeline.operators(loaded, embedder, meter,
                            settings.modelHang()), serdes)) {
                        worker.start(START_TIMEOUT);
                        Duration start = since(starting);
                        long streaming = System.nanoTime();
                        boolean complete = stream(client, worker, progress);
                        progress.close();
                        report.print(out, model.base(), dialogue, meter, load, start, since(streaming));
                        return verdict(complete);
                    }
                }
            }
        } finally {
            delete(folder);
            Runtime.getRuntime().removeShutdownHook(cleaner);
        }
    }

    /** One partition: both banks share each micro-batch, and with it each model call. */
    private static PipelineSettings settings(EmbeddedBroker broker, EmbeddedSchemaRegistry registry, Path folder) {
        return PipelineSettings.of(Map.of(
                PipelineSettings.BOOTSTRAP_SERVERS, broker.bootstrapServers(),
                PipelineSettings.SCHEMA_REGISTRY_URL, registry.url(),
                PipelineSettings.APPLICATION_ID, "memlora-demo",
                PipelineSettings.STATE_DIR, folder.resolve("state").toString(),
                PipelineSettings.PARTITIONS_PER_THREAD, 1,
                PipelineSettings.BATCH_EVENTS, 32,
                PipelineSettings.BATCH_WORST_MS, 240_000L));
    }

    private boolean stream(PipelineClient client, MemoryWorker worker, WorkProgress progress) throws InterruptedException {
        try (TopicReader<MemoryOperation> operations = client.read(Topics.MEMORY_OPERATIONS, true);
                TopicReader<Answer> answers = client.read(Topics.ANSWERS, true);
                TopicReader<FailedEvent> letters = client.read(Topics.DEAD_LETTERS, true)) {
            progress.print(() -> out.println("Streaming " + dialogue.turns() + " turns and " + dialogue.questions() + " questions"));
            for (ScriptedEvent scripted : dialogue.events()) {
                client.send(scripted.event());
            }
            client.flush();
            long lastNews = System.nanoTime();
            while (!done.isComplete() && worker.failure().isEmpty() && since(lastNews).compareTo(STALL) < 0) {
                boolean news = show(operations, answers, letters, POLL, progress);
                lastNews = news ? System.nanoTime() : lastNews;
                progress.step("streaming", done.done(), done.total(), "events");
            }
            show(operations, answers, letters, LAST_LETTERS, progress);
            worker.failure().ifPresent(failure -> out.println("The worker stopped: " + failure.getMessage()));
            return done.isComplete();
        }
    }

    private boolean show(TopicReader<MemoryOperation> operations, TopicReader<Answer> answers, TopicReader<FailedEvent> letters,
            Duration wait, WorkProgress progress) {
        var newOperations = operations.poll(wait);
        var newAnswers = answers.poll(wait);
        var newLetters = letters.poll(wait);
        boolean news = !newOperations.isEmpty() || !newAnswers.isEmpty() || !newLetters.isEmpty();
        if (news) {
            progress.print(() -> {
                newOperations.forEach(record -> show(record.value()));
                newAnswers.forEach(record -> show(record.value()));
                newLetters.forEach(record -> show(record.value()));
            });
        }
        return news;
    }

    private void show(MemoryOperation operation) {
        report.add(operation);
        done.reached(operation.getBankId(), operation.getSourceEventIds());
        rendering.operation(operation);
    }

    private void show(Answer answer) {
        report.add(answer);
        rendering.answer(answer);
        done.gold(answer.getBankId(), answer.getQuestionEventId()).ifPresent(rendering::gold);
        done.answered(answer.getBankId(), answer.getQuestionEventId());
    }

    private void show(FailedEvent failed) {
        report.add(failed);
        rendering.deadLetter(failed);
    }

    private boolean verdict(boolean complete) {
        if (!complete) {
            out.println("Failed: " + done.unanswered() + " questions have no answer.");
        } else if (report.failedAnswers() > 0 || report.losses() > 0) {
            out.println("Failed: " + report.failedAnswers() + " questions could not be answered, " + report.losses()
                    + " events could not be processed.");
        } else {
            out.println("Every turn was processed, every question answered.");
        }
        return complete && report.failedAnswers() == 0 && report.losses() == 0;
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException | java.io.UncheckedIOException e) {
            System.err.println("The folder " + folder + " could not be removed: " + e.getMessage());
        }
    }
}
