package org.memlora.topology.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.memlora.models.WorkerModels;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.embedding.MiniLmEmbedder;
import org.memlora.schemas.Answer;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.serving.EmbeddedPipeline;
import org.memlora.topology.serving.ModelPipeline;
import org.memlora.topology.serving.StageMeter;

/** The real pipeline in one process: broker, registry, worker and model, with a dialogue streamed through it. */
public final class DemoRun {

    private static final String NAME = "memlora-demo";

    private final Function<DownloadProgress, WorkerModels> models;
    private final Dialogue dialogue;
    private final PrintStream out;
    private final Rendering rendering;
    private final DemoReport report = new DemoReport();
    private final StageMeter meter = new StageMeter();
    private final DialogueStream stream;
    private final Optional<Path> folder;
    private final TrailReplay replay = new TrailReplay();

    /**
     * @param models loads them
     * @param folder of topics and stores, kept: a run that was killed goes on there; empty = a temporary one
     */
    public DemoRun(Function<DownloadProgress, WorkerModels> models, Dialogue dialogue, Optional<Path> folder, PrintStream out) {
        this.models = models;
        this.folder = folder;
        this.dialogue = dialogue.closed();
        this.out = out;
        this.rendering = new Rendering(out, System.console() != null);
        this.stream = new DialogueStream(this.dialogue);
    }

    /** True when every event was processed and every question answered. */
    public boolean run() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        try (WorkProgress progress = new WorkProgress(System.err);
                WorkerModels loaded = models.apply(progress.downloads());
                MiniLmEmbedder embedder = new MiniLmEmbedder()) {
            progress.close();
            Duration load = since(begin);
            long starting = System.nanoTime();
            try (EmbeddedPipeline pipeline = folder.isPresent() ? EmbeddedPipeline.in(folder.get(), NAME) : EmbeddedPipeline.start(NAME);
                    MemoryWorker worker = pipeline.worker(
                            ModelPipeline.operators(loaded, embedder, meter, pipeline.settings().modelHang()))) {
                Duration start = since(starting);
                long streaming = System.nanoTime();
                out.println("Streaming " + dialogue.turns() + " turns and " + dialogue.questions() + " questions");
                boolean complete = stream.run(pipeline.client(), worker, listener(progress));
                progress.close();
                worker.failure().ifPresent(failure -> out.println("The worker stopped: " + failure.getMessage()));
                List<String> differences = replay.differences(worker);
                report.print(out, base(loaded), dialogue, meter, load, start, since(streaming), replay.memories() + " memories of " + replay.banks() + " banks, "
                        + (differences.isEmpty() ? "the same as a replay of memory-operations" : differences.size() + " differ from a replay of memory-operations"));
                differences.forEach(difference -> out.println("    " + difference));
                return verdict(complete) && differences.isEmpty();
            }
        }
    }

    private DialogueStream.Listener listener(WorkProgress progress) {
        return new DialogueStream.Listener() {
            @Override
            public void news(List<MemoryOperation> operations, List<Answer> answers, List<FailedEvent> letters) {
                progress.print(() -> {
                    operations.forEach(DemoRun.this::show);
                    answers.forEach(DemoRun.this::show);
                    show(letters);
                });
            }

            @Override
            public void progress(int done, int total) {
                progress.step("streaming", done, total, "events", meter.running());
            }
        };
    }

    private void show(MemoryOperation operation) {
        report.add(operation);
        replay.apply(operation);
        rendering.operation(operation);
    }

    private void show(Answer answer) {
        report.add(answer);
        rendering.answer(answer);
        stream.gold(answer).ifPresent(rendering::gold);
    }

    private void show(List<FailedEvent> letters) {
        letters.forEach(report::add);
        rendering.deadLetters(letters);
    }

    private boolean verdict(boolean complete) {
        if (!complete) {
            out.println("Failed: " + stream.unanswered() + " questions have no answer.");
        } else if (report.failedAnswers() > 0 || report.losses() > 0) {
            out.println("Failed: " + report.failedAnswers() + " questions could not be answered, " + report.losses()
                    + " events could not be processed.");
        } else {
            out.println("Every turn was processed, every question answered.");
        }
        return complete && report.failedAnswers() == 0 && report.losses() == 0;
    }

    private static String base(WorkerModels models) {
        String base = models.language().info().base();
        return base + models.eyes().map(eyes -> eyes.info().base()).filter(eyes -> !eyes.equals(base)).map(eyes -> ", for pictures " + eyes).orElse("");
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
