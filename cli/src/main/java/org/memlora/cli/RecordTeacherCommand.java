package org.memlora.cli;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.memlora.distillation.examples.OutputFilter;
import org.memlora.distillation.locomo.LocomoConversation;
import org.memlora.distillation.locomo.LocomoFile;
import org.memlora.distillation.teacher.EndpointTeacher;
import org.memlora.distillation.teacher.LocalTeacher;
import org.memlora.distillation.teacher.TeacherClient;
import org.memlora.distillation.teacher.TeacherRecord;
import org.memlora.distillation.teacher.TeacherRecorder;
import org.memlora.models.LanguageModels;
import org.memlora.models.LanguageModels.Compute;
import org.memlora.models.embedding.MiniLmEmbedder;
import org.memlora.topology.demo.WorkProgress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "record-teacher", mixinStandardHelpOptions = true, description = "Runs conversations through the three stages with a teacher"
        + " and writes one JSON line per call. A run that was interrupted goes on where it was.")
final class RecordTeacherCommand implements Callable<Integer> {

    static final String KEY_VARIABLE = "MEMLORA_TEACHER_KEY";
    private static final int LOCAL_ROWS = 1;
    private static final int LOCAL_CONTEXT = 1536;

    @Option(names = "--data", required = true, split = ",", paramLabel = "FILE", description = "Conversations in LoCoMo's format.")
    private List<Path> data;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The record, JSON lines; goes on where it ends.")
    private Path out;

    @Option(names = "--url", paramLabel = "URL", description = "OpenAI-compatible endpoint, e.g. https://api.example.org/v1. The key is read from"
            + " the environment: " + KEY_VARIABLE + ".")
    private URI url;

    @Option(names = "--model", paramLabel = "NAME", description = "The model there.")
    private String model;

    @Option(names = "--requests-per-minute", paramLabel = "N", defaultValue = "0", description = "Most requests to the endpoint; 0 = no limit.")
    private int requestsPerMinute;

    @Option(names = "--thinking-tokens", paramLabel = "N", defaultValue = "0", description = "Tokens that a thinking model there may spend on top of what a stage"
            + " allows for its answer. Default: ${DEFAULT-VALUE}.")
    private int thinkingTokens;

    @Option(names = "--base", paramLabel = "NAME", description = "Instead of an endpoint: a bigger base on this machine.")
    private String base;

    @Option(names = "--device", description = "auto, cpu or gpu. Default: ${DEFAULT-VALUE}.", defaultValue = "auto")
    private Compute device;

    @Option(names = "--sessions", paramLabel = "N", defaultValue = "0", description = "Only the first sessions of each conversation, and the questions that rest on them; 0 = all.")
    private int sessions;

    @Override
    public Integer call() {
        OptionRanges.requireLeast("--sessions", sessions, 0);
        OptionRanges.requireLeast("--thinking-tokens", thinkingTokens, 0);
        if ((url == null) == (base == null)) {
            throw new UserError("Give either --url and --model, or --base.");
        }
        if (base != null && thinkingTokens > 0) {
            throw new UserError("--thinking-tokens is for a model behind --url: leave it out with --base.");
        }
        if (url != null && model == null) {
            throw new UserError("Give the name of the model at " + url + " with --model.");
        }
        List<LocomoConversation> conversations = data.stream().map(this::read).toList();
        OutputFilter filter = new OutputFilter();
        try (WorkProgress progress = new WorkProgress(System.err); TeacherClient teacher = teacher(progress);
                MiniLmEmbedder embedder = new MiniLmEmbedder(); TeacherRecord record = TeacherRecord.open(out)) {
            if (record.size() > 0) {
                System.out.println("Going on with a record of " + record.size() + " calls.");
            }
            TeacherRecorder recorder = new TeacherRecorder(record, embedder, filter);
            for (LocomoConversation conversation : conversations) {
                int steps = TeacherRecorder.steps(conversation);
                recorder.record(conversation, teacher, done -> progress.step(conversation.id(), done, steps, "steps"));
            }
            progress.close();
            System.out.println("Recorded " + record.size() + " calls in " + out + "; outputs changed or dropped: " + filter.counts() + ".");
            if (filter.counts().containsKey(OutputFilter.Reason.CUT_OFF)) {
                System.out.println("What was cut off at its token limit stays so in this record; to ask again with more --thinking-tokens give another --out.");
            }
        }
        return 0;
    }

    private LocomoConversation read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new UserError("There is no file " + file + ".");
        }
        try {
            LocomoConversation whole = LocomoFile.read(file);
            return sessions == 0 ? whole : whole.firstSessions(sessions);
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    private TeacherClient teacher(WorkProgress progress) {
        if (base != null) {
            return new LocalTeacher(LanguageModels.load(new LanguageModels.Request(base, Optional.empty(), device, LOCAL_ROWS, LOCAL_CONTEXT),
                    progress.downloads()));
        }
        try {
            Optional<String> key = Optional.ofNullable(System.getenv(KEY_VARIABLE)).filter(text -> !text.isBlank());
            return new EndpointTeacher(EndpointTeacher.Settings.of(url, key, model, requestsPerMinute, thinkingTokens));
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
    }
}
