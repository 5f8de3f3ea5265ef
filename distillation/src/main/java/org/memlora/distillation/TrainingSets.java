package org.memlora.distillation;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.memlora.distillation.examples.ExampleFile;
import org.memlora.distillation.examples.ExtractionExamples;
import org.memlora.distillation.examples.GenerationExamples;
import org.memlora.distillation.examples.OutputFilter;
import org.memlora.distillation.examples.TrainingExample;
import org.memlora.distillation.examples.UpdateExamples;
import org.memlora.distillation.examples.Wording;
import org.memlora.distillation.locomo.LocomoConversation;
import org.memlora.distillation.locomo.LocomoFile;
import org.memlora.distillation.teacher.TeacherRecord;
import org.memlora.distillation.teacher.TeacherRecorder;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.operators.Stage;
import org.memlora.operators.extraction.DialogueTurn;

/** Builds the training sets of a configuration that are not there yet. */
public final class TrainingSets {
    private static final int UPDATES_PER_OPERATION = 60;
    private static final int SHOWN_IDS = 3;
    private static final Makeup TRAIN = new Makeup(new ExtractionExamples.Settings(1, 2, 60),
            new GenerationExamples.Settings(4, 10, 4, 2, 0.4, 0.2, 0.1, 0.1, 1), Wording.TRAINING, false);
    /** Each question once, its evidence there: the measure is the answer and not retrieval. */
    private static final Makeup VALIDATION = new Makeup(new ExtractionExamples.Settings(1, 1, 0),
            new GenerationExamples.Settings(8, 10, 4, 1, 0.4, 0.2, 0, 0.3, 1), Wording.HELD_OUT, false);
    /** As the evaluation's row of gold evidence asks. */
    private static final Makeup FOLDS = new Makeup(VALIDATION.extraction, VALIDATION.generation, VALIDATION.wording, true);

    /**
     * What a set is made of.
     *
     * @param goldEvidence whether questions are asked to the turns that they rest on, and not to near memories
     */
    private record Makeup(ExtractionExamples.Settings extraction, GenerationExamples.Settings generation, Wording wording, boolean goldEvidence) { }

    private final DistillationConfig.Data data;
    private final TextEmbedder embedder;
    private final PrintStream out;

    public TrainingSets(DistillationConfig.Data data, TextEmbedder embedder, PrintStream out) {
        this.data = data;
        this.embedder = embedder;
        this.out = out;
    }

    /**
     * A set that is there is used as it is.
     *
     * @throws IllegalArgumentException if a set is missing and the configuration names no conversations to build it from, or if one was
     *     built from something else than the configuration names
     */
    public void build(String stage) {
        build("train", stage, data.train(), TRAIN);
        build("validation", stage, data.validation(), VALIDATION);
    }

    /** What a fold is scored on: the training conversations in the validation's wording, answers from gold evidence. */
    public void buildFolds(String stage) {
        build(CrossValidation.SET, stage, data.train(), FOLDS);
    }

    private void build(String set, String stage, List<Path> conversations, Makeup makeup) {
        Path file = DistillationRun.setFile(data.folder(), set, stage);
        Stage wanted = Stage.valueOf(stage.toUpperCase(Locale.ROOT));
        boolean gold = makeup.goldEvidence && wanted == Stage.GENERATION;
        Path recorded = gold ? null : data.teacher();
        SetOrigin origin = SetOrigin.of(conversations, recorded, data.seed());
        if (Files.exists(file)) {
            out.println(reused(file, origin));
            return;
        }
        if (conversations.isEmpty()) {
            throw new IllegalArgumentException("There is no training set " + file + ", and the configuration names no conversations under data."
                    + (set.equals("validation") ? set : "train") + " to build it from.");
        }
        OutputFilter filter = new OutputFilter();
        ExtractionExamples extraction = new ExtractionExamples(filter, makeup.extraction, data.seed());
        GenerationExamples answers = new GenerationExamples(embedder, makeup.generation, makeup.wording, data.seed() + 1);
        UpdateExamples updates = new UpdateExamples(embedder, makeup.wording, data.seed() + 2);
        Optional<TeacherRecorder> teacher = Optional.ofNullable(recorded).map(record -> new TeacherRecorder(TeacherRecord.read(record), embedder, filter));
        List<TrainingExample> examples = new ArrayList<>();
        for (Path path : conversations) {
            LocomoConversation conversation = LocomoFile.read(path);
            if (teacher.isEmpty()) {
                requireEvidence(path, conversation, wanted);
            }
            examples.addAll(teacher.isPresent() ? teacher.get().examples(conversation, wanted) : switch (wanted) {
                case EXTRACTION -> extraction.build(conversation);
                case GENERATION -> gold ? answers.withGoldEvidence(conversation) : answers.build(conversation);
                default -> updates.build(conversation, UPDATES_PER_OPERATION);
            });
            out.println("built " + examples.size() + " " + set + " examples of " + stage + " up to " + conversation.id());
        }
        out.println(file + ": " + examples.size() + " examples, seed " + data.seed() + ", dropped or changed " + filter.counts());
        ExampleFile.write(file, examples);
        origin.write(file);
    }

    /** What to say of a set that is there. */
    private static String reused(Path file, SetOrigin wanted) {
        Optional<SetOrigin> known = SetOrigin.read(file);
        if (known.isEmpty()) {
            return "WARNING: using " + file + ", of which it isn't known what it was built from (no note beside it, or changed since): delete it to build it"
                    + " again from what the configuration names.";
        }
        List<String> differences = known.get().differences(wanted);
        if (!differences.isEmpty()) {
            throw new IllegalArgumentException("The training set " + file + " was built from " + String.join("; ", differences)
                    + " as in this configuration: delete it to build it again, or give another data.folder.");
        }
        return "using " + file + ", built from " + known.get();
    }

    /** Without it all exchanges would be examples of NONE, updates and answers would rest on nothing. */
    private static void requireEvidence(Path file, LocomoConversation conversation, Stage wanted) {
        boolean asked = wanted == Stage.GENERATION;
        List<List<String>> evidence = asked ? conversation.questions().stream().map(LocomoConversation.Question::evidence).toList()
                : conversation.sessions().stream().flatMap(session -> session.observations().stream()).map(LocomoConversation.Observation::evidence).toList();
        if (evidence.isEmpty() && !asked) {
            throw new IllegalArgumentException("The conversation " + file + " has no observations, from which " + wanted.expertName()
                    + " examples are made: leave it out, or record a teacher's outputs for it (record-teacher, data.teacher).");
        }
        Set<String> turns = conversation.turns().keySet();
        if (!evidence.isEmpty() && evidence.stream().flatMap(List::stream).noneMatch(turns::contains)) {
            throw new IllegalArgumentException("None of the " + evidence.size() + (asked ? " questions" : " observations") + " of the conversation " + file
                    + " rests on a turn of it, so no " + wanted.expertName() + " examples can be made: they name " + some(evidence.stream().flatMap(List::stream))
                    + ", its turns are " + some(conversation.sessions().stream().flatMap(session -> session.turns().stream()).map(DialogueTurn::eventId))
                    + (evidence.stream().allMatch(List::isEmpty) ? "; name the turns that each rests on." : "; give the turns the ids (dia_id) that are named there."));
        }
    }

    private static String some(Stream<String> ids) {
        List<String> first = ids.distinct().limit(SHOWN_IDS + 1).toList();
        String shown = first.stream().limit(SHOWN_IDS).map(id -> "\"" + id + "\"").collect(Collectors.joining(", "));
        return first.isEmpty() ? "none" : first.size() > SHOWN_IDS ? shown + " and others" : shown;
    }
}
