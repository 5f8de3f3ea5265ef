package org.memlora.distillation.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.distillation.examples.OutputFilter;
import org.memlora.distillation.examples.TrainingExample;
import org.memlora.distillation.locomo.LocomoConversation;
import org.memlora.distillation.locomo.LocomoFile;
import org.memlora.models.GenerationRequest;
import org.memlora.models.testing.HashEmbedder;
import org.memlora.operators.Stage;

class TeacherRecorderTest {
    private static final LocomoConversation CONVERSATION = LocomoFile.read(Path.of("src/test/resources/conversations/small.json"));

    /** Answers freely, as a teacher behind an endpoint does; breaks down after so many answers. */
    private static class TalkativeTeacher implements TeacherClient {
        private final int most;
        private final List<String> asked = new ArrayList<>();

        TalkativeTeacher(int most) {
            this.most = most;
        }

        @Override
        public String model() {
            return "talkative";
        }

        @Override
        public TeacherAnswer answer(GenerationRequest request) {
            if (asked.size() == most) {
                throw new TeacherException("The teacher broke down.", null);
            }
            String shown = request.prompt().get(1).content();
            asked.add(shown);
            return new TeacherAnswer(output(shown), false);
        }

        private static String output(String shown) {
            if (shown.startsWith("Old memories:")) {
                return "<think>same?</think>ADD";
            }
            if (shown.startsWith("Memories:")) {
                return "Answer: the violin.";
            }
            if (shown.contains("violin")) {
                return "Sure!\n- Ann adopted two cats.\n- Ann adopted two kittens, cats both.\n- Ben plays the violin.";
            }
            return shown.contains("goulash") ? "{\"facts\": [\"Ben cooked goulash.\", \"Rome has a pope.\"]}" : "nothing to tell";
        }

        @Override
        public void close() { }
    }

    private static OutputFilter record(Path file, TeacherClient teacher, List<Long> steps) {
        OutputFilter filter = new OutputFilter();
        try (TeacherRecord record = TeacherRecord.open(file)) {
            new TeacherRecorder(record, new HashEmbedder(), filter).record(CONVERSATION, teacher, steps::add);
        }
        return filter;
    }

    @Test
    void recordsEachStageCallRawWithPromptAndEvents(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("teacher.jsonl");
        List<Long> steps = new ArrayList<>();
        OutputFilter filter = record(file, new TalkativeTeacher(100), steps);
        assertThat(steps).hasSize(TeacherRecorder.steps(CONVERSATION)).endsWith(10L);
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            lines.add(new ObjectMapper().readTree(line));
        }
        assertThat(lines.stream().collect(Collectors.groupingBy(line -> line.get("stage").asText(), Collectors.counting())))
                .containsEntry("extraction", 5L).containsEntry("generation", 5L).containsKey("update");
        JsonNode first = lines.get(0);
        assertThat(first.get("id").asText()).isEqualTo("extraction/small-1/D1:1");
        assertThat(first.get("model").asText()).isEqualTo("talkative");
        assertThat(first.get("output").asText()).startsWith("Sure!");
        assertThat(first.get("eventIds")).hasToString("[\"D1:1\",\"D1:2\"]");
        assertThat(first.at("/prompt/1/content").asText()).startsWith("Dialogue:\nAnn: Hi Ben!").contains("on 2025-02-28");
        assertThat(filter.counts()).containsEntry(OutputFilter.Reason.UNPARSABLE, 3).containsEntry(OutputFilter.Reason.UNGROUNDED, 1);
    }

    @Test
    void ofCutOffOutputsOnlyCompleteFactsAreTrainedOn(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("teacher.jsonl");
        OutputFilter recorded = record(file, new TalkativeTeacher(100) {
            @Override
            public TeacherAnswer answer(GenerationRequest request) {
                TeacherAnswer answer = super.answer(request);
                return new TeacherAnswer(answer.text(), true);
            }
        }, new ArrayList<>());
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).isNotEmpty().allMatch(line -> line.contains("\"finishReason\":\"length\""));
        assertThat(recorded.counts()).containsEntry(OutputFilter.Reason.CUT_OFF, lines.size());
        assertThat(lines).as("facts that were cut off come to no update").noneMatch(line -> line.contains("update") && line.contains("violin"));
        assertThat(completions(file, Stage.EXTRACTION)).containsExactly("- Ann adopted two cats.\n- Ann adopted two kittens, cats both.", "- Ben cooked goulash.");
        assertThat(completions(file, Stage.UPDATE)).isEmpty();
        assertThat(completions(file, Stage.GENERATION)).as("gold answers are whole").hasSize(CONVERSATION.questions().size());

        Path earlier = folder.resolve("earlier.jsonl");
        Files.write(earlier, lines.stream().map(line -> line.replace("\"finishReason\":\"length\",", "")).toList());
        assertThat(completions(earlier, Stage.EXTRACTION).get(0)).endsWith("- Ben plays the violin.");
        assertThat(completions(earlier, Stage.UPDATE)).isNotEmpty();
    }

    private static List<String> completions(Path file, Stage stage) {
        try (TeacherRecord record = TeacherRecord.read(file)) {
            return new TeacherRecorder(record, new HashEmbedder(), new OutputFilter()).examples(CONVERSATION, stage).stream().map(TrainingExample::completion).toList();
        }
    }

    @Test
    void anInterruptedRecordGoesOnAndEqualsAnUninterruptedOne(@TempDir Path folder) throws Exception {
        Path whole = folder.resolve("whole.jsonl");
        Path parts = folder.resolve("parts.jsonl");
        TalkativeTeacher patient = new TalkativeTeacher(100);
        record(whole, patient, new ArrayList<>());
        assertThatThrownBy(() -> record(parts, new TalkativeTeacher(4), new ArrayList<>())).isInstanceOf(TeacherException.class);
        String cutOff = Files.readString(parts);
        Files.writeString(parts, cutOff.substring(0, cutOff.length() - 20));   // killed while it wrote the fourth line
        TalkativeTeacher next = new TalkativeTeacher(100);
        record(parts, next, new ArrayList<>());
        assertThat(next.asked).hasSize(patient.asked.size() - 3);
        List<String> complete = Files.readAllLines(parts).stream().filter(line -> line.endsWith("]}")).toList();
        assertThat(complete).isEqualTo(Files.readAllLines(whole));
    }

    @Test
    void aRecordThatWasCutInsideACharacterGoesOn(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("teacher.jsonl");
        assertThatThrownBy(() -> record(file, new TalkativeTeacher(4), new ArrayList<>())).isInstanceOf(TeacherException.class);
        Files.write(file, new byte[] {'{', '"', (byte) 0xE2, (byte) 0x80}, StandardOpenOption.APPEND);   // the disk was full
        TalkativeTeacher next = new TalkativeTeacher(100);
        record(file, next, new ArrayList<>());
        assertThat(next.asked).isNotEmpty();
        try (TeacherRecord record = TeacherRecord.read(file)) {
            assertThat(record.size()).isEqualTo(next.asked.size() + 4);
        }
    }

    @Test
    void anotherTeacherDoesNotGoOnWithARecord(@TempDir Path folder) {
        Path file = folder.resolve("teacher.jsonl");
        assertThatThrownBy(() -> record(file, new TalkativeTeacher(4), new ArrayList<>())).isInstanceOf(TeacherException.class);
        TalkativeTeacher other = new TalkativeTeacher(100) {
            @Override
            public String model() {
                return "terse";
            }
        };
        assertThatThrownBy(() -> record(file, other, new ArrayList<>())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4 calls of talkative").hasMessageContaining("terse").hasMessageContaining("another file");
        assertThat(other.asked).isEmpty();
    }

    @Test
    void questionsThatWereNotRecordedMakeNoExampleThoughTheyHaveAGoldAnswer(@TempDir Path folder) {
        Path file = folder.resolve("teacher.jsonl");
        LocomoConversation beginning = CONVERSATION.firstSessions(1);
        try (TeacherRecord record = TeacherRecord.open(file)) {
            new TeacherRecorder(record, new HashEmbedder(), new OutputFilter()).record(beginning, new TalkativeTeacher(100), done -> { });
        }
        try (TeacherRecord record = TeacherRecord.read(file)) {
            List<TrainingExample> generation = new TeacherRecorder(record, new HashEmbedder(), new OutputFilter()).examples(CONVERSATION, Stage.GENERATION);
            assertThat(beginning.questions()).isNotEmpty().hasSizeLessThan(CONVERSATION.questions().size());
            assertThat(generation).hasSize(beginning.questions().size());
        }
    }

    @Test
    void recordedCallsBecomeExamplesWithTheExpertsPrompts(@TempDir Path folder) {
        Path file = folder.resolve("teacher.jsonl");
        record(file, new TalkativeTeacher(100), new ArrayList<>());
        OutputFilter filter = new OutputFilter();
        try (TeacherRecord record = TeacherRecord.read(file)) {
            TeacherRecorder recorder = new TeacherRecorder(record, new HashEmbedder(), filter);
            List<TrainingExample> extraction = recorder.examples(CONVERSATION, Stage.EXTRACTION);
            assertThat(extraction).hasSize(2);   // three outputs have no form
            assertThat(extraction.get(0).completion()).isEqualTo("- Ann adopted two cats.\n- Ann adopted two kittens, cats both.\n- Ben plays the violin.");
            assertThat(extraction.get(1).completion()).isEqualTo("- Ben cooked goulash.");
            assertThat(extraction.get(0).prompt().get(0).content()).hasSizeLessThan(100);
            List<TrainingExample> update = recorder.examples(CONVERSATION, Stage.UPDATE);
            assertThat(update).isNotEmpty().allMatch(example -> example.completion().equals("ADD"));
            List<TrainingExample> generation = recorder.examples(CONVERSATION, Stage.GENERATION);
            assertThat(generation).extracting(TrainingExample::completion)   // gold, not the teacher's
                    .containsExactly("28 February 2025", "the violin", "nurse", "red tulips", "not mentioned");
        }
        assertThatThrownBy(() -> TeacherRecord.read(folder.resolve("nowhere.jsonl"))).hasMessageContaining("nowhere.jsonl").hasMessageContaining("record-teacher");
    }
}
