package org.memlora.topology.demo;

import java.io.IOException;
import java.io.PrintStream;
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
import org.memlora.topology.client.DeadLetterReason;
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
    private final Optional<DemoFolder> folder;
    private final TrailReplay replay = new TrailReplay();

    /**
     * @param models loads them
     * @param folder of topics and stores, kept: a run that was killed goes on there; empty = a temporary one
     */
    public DemoRun(Function<DownloadProgress, WorkerModels> models, Dialogue dialogue, Optional<DemoFolder> folder, PrintStream out) {
        this.models = models;
        this.folder = folder;
        this.dialogue = dialogue.closed();
        this.out = out;
        this.rendering = new Rendering(out, System.console() != null);
        this.stream = new DialogueStream(this.dialogue);
    }

    /** True when every event was processed, every question answered, and the store holds what a replay of the audit trail makes. */
    public boolean run() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        try (WorkProgress progress = new WorkProgress(System.err);
                WorkerModels loaded = models.apply(progress.downloads());
                MiniLmEmbedder embedder = new MiniLmEmbedder()) {
            progress.close();
            Duration load = since(begin);
            long starting = System.nanoTime();
            try (EmbeddedPipeline pipeline = folder.isPresent() ? EmbeddedPipeline.in(folder.get().path(), NAME) : EmbeddedPipeline.start(NAME);
                    MemoryWorker worker = pipeline.worker(
                            ModelPipeline.operators(loaded, embedder, meter, pipeline.settings().modelHang()))) {
                Duration start = since(starting);
                long streaming = System.nanoTime();
                out.println((isResumed() ? "Going on in " + folder.get().path() + " with " : "Streaming ") + dialogue.turns() + " turns and " + dialogue.questions()
                        + " questions");
                send(pipeline);
                boolean complete = stream.await(pipeline.client(), worker, listener(progress));
                progress.close();
                Duration streamed = since(streaming);
                worker.failure().ifPresent(failure -> out.println("The worker stopped: " + failure.getMessage()));
                boolean compared = complete && worker.failure().isEmpty();
                List<String> differences = compared ? replay.differences(worker) : List.of();
                report.print(out, base(loaded), dialogue, meter, load, start, isResumed() ? Optional.empty() : Optional.of(streamed),
                        compared ? store(differences) : "not compared, as the dialogue did not come to its end");
                differences.forEach(difference -> out.println("    " + difference));
                return verdict(complete, differences.size());
            }
        }
    }

    private boolean isResumed() {
        return folder.map(DemoFolder::isResumed).orElse(false);
    }

    private void send(EmbeddedPipeline pipeline) throws IOException {
        if (folder.map(DemoFolder::isSent).orElse(false)) {
            return;
        }
        stream.send(pipeline.client());
        if (folder.isPresent()) {
            folder.get().sent();
        }
    }

    private String store(List<String> differences) {
        return replay.memories() + " memories of " + replay.banks() + " banks, "
                + (differences.isEmpty() ? "the same as a replay of memory-operations" : differences.size() + " differ from a replay of memory-operations:");
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
        List<FailedEvent> shown = letters.stream().filter(letter -> !isSentTwice(letter)).toList();
        shown.forEach(report::add);
        rendering.deadLetters(shown);
    }

    /** By a run that was killed while it sent, and by the next one. */
    private boolean isSentTwice(FailedEvent letter) {
        return isResumed() && letter.getReason().startsWith(DeadLetterReason.DUPLICATE_EVENT.name());
    }

    private boolean verdict(boolean complete, int differences) {
        if (!complete) {
            out.println("Failed: " + stream.unanswered() + " questions have no answer.");
        } else if (report.failedAnswers() > 0 || report.losses() > 0) {
            out.println("Failed: " + report.failedAnswers() + " questions could not be answered, " + report.losses()
                    + " events could not be processed.");
        } else if (differences > 0) {
            out.println("Failed: " + differences + " memories of the store are not those of the operations.");
        } else {
            out.println("Every turn was processed, every question answered.");
        }
        return complete && report.failedAnswers() == 0 && report.losses() == 0 && differences == 0;
    }

    private static String base(WorkerModels models) {
        String base = models.language().info().base();
        return base + models.eyes().map(eyes -> eyes.info().base()).filter(eyes -> !eyes.equals(base)).map(eyes -> ", for pictures " + eyes).orElse("");
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
