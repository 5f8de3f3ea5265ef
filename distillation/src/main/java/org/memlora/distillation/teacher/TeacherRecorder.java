package org.memlora.distillation.teacher;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.memlora.distillation.examples.GoldAnswer;
import org.memlora.distillation.examples.OutputFilter;
import org.memlora.distillation.examples.TrainingExample;
import org.memlora.distillation.locomo.LocomoConversation;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationRequest;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.operators.Stage;

/** Runs a conversation with a teacher and records each call, or makes training examples of what was recorded. */
public final class TeacherRecorder {
    private final TeacherRecord record;
    private final TextEmbedder embedder;
    private final OutputFilter filter;

    /** @param filter counts what it drops, over all runs */
    public TeacherRecorder(TeacherRecord record, TextEmbedder embedder, OutputFilter filter) {
        this.record = record;
        this.embedder = embedder;
        this.filter = filter;
    }

    /** Steps that {@link #record} reports for a conversation. */
    public static int steps(LocomoConversation conversation) {
        return ConversationRun.steps(conversation);
    }

    /**
     * Calls that the record holds are not asked again: an interrupted run goes on where it was.
     *
     * @param progress told the steps done
     * @throws TeacherException if the teacher gives no answer; what came before is recorded
     * @throws IllegalArgumentException if the record is another teacher's
     */
    public void record(LocomoConversation conversation, TeacherClient teacher, LongConsumer progress) {
        record.requireOnly(teacher.model());
        new ConversationRun(conversation, embedder, false, (call, request) -> {
            TeacherAnswer raw = record.output(call.id()).orElseGet(() -> {
                TeacherAnswer output = teacher.answer(request);
                record.add(call, teacher.model(), request.prompt(), output);
                return output;
            });
            return completion(usable(call, request, raw));
        }).run(progress);
    }

    /**
     * The recorded calls of one stage as examples for its expert: the expert's short prompt, the filtered output; for generation the
     * gold answer where the data has one (teachers are right less than half of the time: paper, section 3.2). Calls that are not
     * recorded, or whose output is unusable, make no example; of one that was cut off what is complete does, which only lists of facts have.
     */
    public List<TrainingExample> examples(LocomoConversation conversation, Stage wanted) {
        List<TrainingExample> examples = new ArrayList<>();
        new ConversationRun(conversation, embedder, true, (call, request) -> {
            Optional<TeacherAnswer> recorded = record.output(call.id());
            Optional<String> used = recorded.flatMap(raw -> usable(call, request, raw));
            // What a question's memories would be without the turns that weren't recorded says nothing: no example, though there is a gold answer.
            if (call.stage() == wanted && recorded.isPresent()) {
                Optional<String> whole = used.filter(text -> wanted == Stage.EXTRACTION || !recorded.get().cutOff());
                (wanted == Stage.GENERATION ? call.gold().map(GoldAnswer::target).or(() -> whole) : whole).ifPresent(text -> examples.add(new TrainingExample(
                        request.prompt(), text, call.eventIds(), conversation.id() + "/teacher-" + kind(call, text))));
            }
            return completion(used);
        }).run(done -> { });
        return examples;
    }

    private static String kind(StageCall call, String text) {
        return switch (call.stage()) {
            case EXTRACTION -> text.equals("NONE") ? "none" : "facts";
            case UPDATE -> text.split(" ")[0];
            default -> call.gold().isPresent() ? "gold" : "answer";
        };
    }

    /** What the run goes on with: as in the product, of facts that were cut off the complete ones, of all else what can be read. */
    private Optional<String> usable(StageCall call, GenerationRequest request, TeacherAnswer raw) {
        if (raw.cutOff()) {
            filter.countCutOff();
        }
        return switch (call.stage()) {
            case EXTRACTION -> filter.extraction(call.exchange().orElseThrow(), raw.text(), raw.cutOff());
            case UPDATE -> filter.update(raw.text(), candidates(request));
            default -> filter.generation(raw.text());
        };
    }

    /** Memories shown: the numbered lines of the prompt. */
    private static int candidates(GenerationRequest request) {
        String shown = request.prompt().get(request.prompt().size() - 1).content();
        return (int) shown.lines().filter(line -> line.matches("\\d+\\. .*")).count();
    }

    /* Also of a cut-off output: its last fact is left out already, and the operator would take another one. */
    private static Completion completion(Optional<String> text) {
        return text.map(used -> new Completion(used, FinishReason.STOP, 0, 0, 0, 0, Optional.empty()))
                .orElseGet(() -> Completion.failed("the teacher's output is unusable or not recorded"));
    }
}
