package org.memlora.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.distillation.examples.ExampleFile;
import org.memlora.distillation.examples.TrainingExample;
import org.memlora.distillation.training.LoraTrainer;
import org.memlora.distillation.training.TrainingSettings;
import org.memlora.models.ChatMessage;
import org.memlora.models.OpenedBase;
import org.memlora.models.lora.AdapterFile;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.testing.HashEmbedder;
import org.memlora.models.transformer.Projection;
import org.memlora.models.transformer.TransformerConfig;

class DistillationRunTest {
    private static final Path CONFIGURATIONS = Path.of("configurations");
    private static final Path TINY = Path.of("../models/src/test/resources/transformer");
    private static final Path SMALL = Path.of("src/test/resources/conversations/small.json");

    @ParameterizedTest
    @ValueSource(strings = {"smollm2-135m-instruct", "qwen2.5-coder-0.5b-instruct", "qwen2.5-1.5b-instruct", "gemma-2-2b-it"})
    void committedConfigurationsNameTheThreeStagesAndNoTestConversation(String name) {
        DistillationConfig config = DistillationConfig.read(CONFIGURATIONS.resolve(name + ".yaml"));
        assertThat(config.experts().keySet()).containsExactlyInAnyOrder("extraction", "update", "generation");
        assertThat(config.data().train()).hasSize(7).noneMatch(file -> file.toString().matches(".*conv-(26|30|41)\\.json"));
        assertThat(config.data().validation()).containsExactly(Path.of("../shared/locomo/conv-26.json"));
    }

    @ParameterizedTest
    @CsvSource({"qwen2.5-1.5b-instruct, qwen2-tied", "gemma-2-2b-it, gemma2"})
    void thePapersSettingsTrainATinyModelOfTheFamily(String name, String tiny, @TempDir Path folder) throws Exception {
        DistillationConfig paper = DistillationConfig.read(CONFIGURATIONS.resolve(name + ".yaml"));
        for (Map.Entry<String, DistillationConfig.Expert> expert : paper.experts().entrySet()) {
            assertThat(expert.getValue().lora().rank()).isEqualTo(8);
            assertThat(expert.getValue().lora().alpha()).isEqualTo(16);
            assertThat(expert.getValue().lora().dropout()).isEqualTo(0.1);
            assertThat(expert.getValue().training().epochs()).isEqualTo(50);
        }
        writeSets(folder, paper.experts().keySet());
        DistillationConfig config = new DistillationConfig(tiny, folder.resolve("experts"), 64,
                new DistillationConfig.Data(folder, List.of(), List.of(), null, 1),
                paper.experts().entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> twoSteps(entry.getValue()))));
        TransformerConfig shape = TransformerConfig.fromHuggingFace(TINY.resolve(tiny).resolve("config.json"));
        OpenedBase base = new OpenedBase(TINY.resolve(tiny), shape, SafetensorsFile.open(TINY.resolve(tiny)), new LetterTokenizer());
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        DistillationRun run = new DistillationRun(config, base, Device.cpu(), new PrintStream(printed, true, StandardCharsets.UTF_8));
        for (String stage : paper.experts().keySet()) {
            LoraTrainer.Outcome outcome = run.train(stage, "memlora distill --config x.yaml");
            assertThat(outcome.steps()).isEqualTo(2);
            Path out = folder.resolve("experts").resolve(stage);
            LoraAdapter written = AdapterFile.read(stage, out);
            written.requireFit(shape);
            Set<Projection> changed = written.weights().keySet().stream().map(LoraAdapter.Target::projection).collect(Collectors.toSet());
            assertThat(changed).isEqualTo(stage.equals("generation") ? Set.of(Projection.values()) : Set.of(Projection.QUERY, Projection.VALUE));
            assertThat(written.weights()).hasSize(changed.size() * shape.layers());
            assertThat(Files.readString(out.resolve("README.md"))).contains("r 8, alpha 16.0, dropout 0.1").contains("CC BY-NC 4.0").contains("`memlora distill --config x.yaml`");
            assertThat(DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(out.resolve("loss.svg").toFile())
                    .getElementsByTagName("polyline").getLength()).isEqualTo(2);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("seed 1, 2 steps").contains("prompts of ").contains("validation loss");
    }

    private static DistillationConfig.Expert twoSteps(DistillationConfig.Expert paper) {
        TrainingSettings t = paper.training();
        return new DistillationConfig.Expert(paper.lora(), new TrainingSettings(t.learningRate(), t.schedule(), t.warmupShare(), t.weightDecay(), t.clipNorm(),
                2, t.microBatchTokens(), t.epochs(), 2, 1, 4, t.patience(), t.checkpointSeconds(), t.seed(), t.precision()));
    }

    private static void writeSets(Path folder, Set<String> stages) {
        List<TrainingExample> examples = List.of(new TrainingExample(List.of(ChatMessage.system("Say it."), ChatMessage.user("one")), "ADD", List.of("1"), "c/ADD"),
                new TrainingExample(List.of(ChatMessage.system("Say it."), ChatMessage.user("two")), "NONE 1", List.of("2"), "c/NONE"),
                new TrainingExample(List.of(ChatMessage.user("long ".repeat(40))), "ADD", List.of("3"), "c/ADD"));
        for (String stage : stages) {
            for (String set : List.of("train", "validation")) {
                ExampleFile.write(DistillationRun.setFile(folder, set, stage), examples);
            }
        }
    }

    @Test
    void buildsTheSetsThatAreMissingAndKeepsTheOthers(@TempDir Path folder) throws Exception {
        DistillationConfig.Data data = new DistillationConfig.Data(folder, List.of(SMALL), List.of(SMALL), null, 1);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        TrainingSets sets = new TrainingSets(data, new HashEmbedder(), new PrintStream(printed, true, StandardCharsets.UTF_8));
        sets.build("extraction");
        Path file = folder.resolve("train-extraction.jsonl");
        assertThat(ExampleFile.read(file)).isNotEmpty();
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("examples, seed 1, dropped or changed {UNGROUNDED=1}");
        Files.writeString(file, "");
        sets.build("extraction");
        assertThat(file).isEmptyFile();
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("WARNING: using " + file);
        assertThatThrownBy(() -> new TrainingSets(new DistillationConfig.Data(folder, List.of(), List.of(), null, 1), new HashEmbedder(), System.out).build("update"))
                .hasMessageContaining("train-update.jsonl").hasMessageContaining("data.train");
        Path bare = folder.resolve("bare.json");
        Files.writeString(bare, Files.readString(SMALL).replace("_observation\"", "_remarks\""));
        assertThatThrownBy(() -> new TrainingSets(new DistillationConfig.Data(folder, List.of(bare), List.of(), null, 1), new HashEmbedder(), System.out).build("update"))
                .hasMessageContaining("bare.json has no observations");
    }

    @ParameterizedTest
    @CsvSource({"extraction, observations", "update, observations", "generation, questions"})
    void conversationsWhoseEvidenceIsNoTurnOfThemAreRefused(String stage, String what, @TempDir Path folder) throws Exception {
        Path unnamed = folder.resolve("unnamed.json");
        Files.writeString(unnamed, Files.readString(SMALL).replace("\"dia_id\"", "\"id\""));
        assertThatThrownBy(() -> new TrainingSets(new DistillationConfig.Data(folder, List.of(unnamed), List.of(), null, 1), new HashEmbedder(), System.out).build(stage))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(what + " of the conversation " + unnamed).hasMessageContaining("they name \"D1:1\", ")
                .hasMessageContaining("its turns are \"session_1:1\", \"session_1:2\", \"session_1:3\" and others").hasMessageContaining("dia_id");
        Path other = folder.resolve("other.json");
        Files.writeString(other, Files.readString(SMALL).replaceAll("(\"dia_id\": )\"D(\\d):", "$1\"turn $2/").replaceAll("\"D(\\d):", "\"line $1/"));
        assertThatThrownBy(() -> new TrainingSets(new DistillationConfig.Data(folder, List.of(other), List.of(), null, 1), new HashEmbedder(), System.out).build(stage))
                .hasMessageContaining("they name \"line 1/").hasMessageContaining("its turns are \"turn 1/1\"");
        Path own = folder.resolve("own.json");
        Files.writeString(own, Files.readString(SMALL).replaceAll("\"D(\\d):", "\"turn $1/"));
        new TrainingSets(new DistillationConfig.Data(folder.resolve("own"), List.of(own), List.of(own), null, 1), new HashEmbedder(), System.out).build(stage);
        new TrainingSets(new DistillationConfig.Data(folder.resolve("small"), List.of(SMALL), List.of(SMALL), null, 1), new HashEmbedder(), System.out).build(stage);
        assertThat(Files.readString(folder.resolve("own/validation-" + stage + ".jsonl")).replaceAll("turn (\\d)/", "D$1:"))
                .as("ids of one's own do as well").isEqualTo(Files.readString(folder.resolve("small/validation-" + stage + ".jsonl")));
    }

    private static String built(DistillationConfig.Data data) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        TrainingSets sets = new TrainingSets(data, new HashEmbedder(), new PrintStream(printed, true, StandardCharsets.UTF_8));
        sets.build("extraction");
        sets.buildFolds("extraction");
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void setsThatWereBuiltFromSomethingElseAreRefused(@TempDir Path folder) throws Exception {
        Path conversation = Files.copy(SMALL, folder.resolve("talk.json"));
        Path teacher = Files.writeString(folder.resolve("teacher.jsonl"), "");
        Path sets = folder.resolve("sets");
        built(new DistillationConfig.Data(sets, List.of(conversation), List.of(SMALL), null, 1));
        Path train = sets.resolve("train-extraction.jsonl");
        String first = Files.readString(train);
        assertThat(built(new DistillationConfig.Data(sets, List.of(conversation), List.of(SMALL), null, 1))).doesNotContain("WARNING", "examples of")
                .containsSubsequence("using " + train + ", built from talk.json (", "no teacher's record, seed 1", "using " + sets.resolve("validation-extraction.jsonl"),
                        "using " + sets.resolve("folds-extraction.jsonl"));
        assertThatThrownBy(() -> built(new DistillationConfig.Data(sets, List.of(conversation), List.of(SMALL), null, 2))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(train + " was built from seed 1 and not 2 as in").hasMessageContaining("delete it").hasMessageContaining("data.folder");
        assertThatThrownBy(() -> built(new DistillationConfig.Data(sets, List.of(conversation), List.of(SMALL), teacher, 1)))
                .hasMessageContaining("no teacher's record and not the teacher's record teacher.jsonl (");
        assertThatThrownBy(() -> built(new DistillationConfig.Data(sets, List.of(conversation, SMALL), List.of(SMALL), null, 1)))
                .hasMessageContaining("conversations talk.json (").hasMessageContaining(", small.json (");
        assertThatThrownBy(() -> built(new DistillationConfig.Data(sets, List.of(conversation), List.of(conversation), null, 1)))
                .hasMessageContaining("validation-extraction.jsonl").hasMessageContaining("small.json (");
        assertThat(built(new DistillationConfig.Data(sets, List.of(), List.of(), null, 2))).as("sets that are given").contains("using " + train);
        Files.writeString(conversation, Files.readString(conversation) + "\n");
        assertThatThrownBy(() -> built(new DistillationConfig.Data(sets, List.of(conversation), List.of(SMALL), null, 1))).hasMessageContaining("and not talk.json (");
        Files.delete(conversation);
        assertThat(built(new DistillationConfig.Data(sets, List.of(conversation), List.of(SMALL), null, 1))).as("a machine that has the sets only").contains("using " + train);
        assertThat(train).hasContent(first);
        Files.delete(SetOrigin.note(train));
        assertThat(built(new DistillationConfig.Data(sets, List.of(conversation), List.of(SMALL), null, 1))).as("a set of an earlier release")
                .contains("WARNING: using " + train + ", of which it isn't known what it was built from");
    }

    @Test
    void wrongConfigurationsAreOneSentence(@TempDir Path folder) throws Exception {
        String right = Files.readString(CONFIGURATIONS.resolve("smollm2-135m-instruct.yaml"));
        for (String[] change : Arrays.asList(new String[] {"contextTokens: 900", "contextTokens: 9", "contextTokens is 9, expected at least 32"},
                new String[] {"contextTokens: 900", "contextTokens: 900\nx: 1", "unknown setting \"x\""},
                new String[] {"schedule: cosine", "schedule: sideways", "sideways"}, new String[] {"rank: 16", "rnk: 16", "no setting \"rank\""},
                new String[] {"trainedShare: 1", "trainedShare: 0.5", "without an expert to begin with"},
                new String[] {"trainedShare: 1", "trainedShare: 0", "trainedShare is 0.0, expected above 0 and at most 1"},
                new String[] {"  generation:", "  painting:", "\"painting\" is no stage"}, new String[] {"base: smollm2", "x: smollm2", "no setting \"base\""})) {
            Path file = folder.resolve("wrong.yaml");
            assertThat(right).contains(change[0]);
            Files.writeString(file, right.replaceFirst(change[0], change[1]));
            assertThatThrownBy(() -> DistillationConfig.read(file)).as(change[1]).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("wrong.yaml").hasMessageContaining(change[2]);
        }
        Files.writeString(folder.resolve("empty.yaml"), "");
        assertThatThrownBy(() -> DistillationConfig.read(folder.resolve("empty.yaml"))).hasMessageContaining("empty");
        assertThatThrownBy(() -> DistillationConfig.read(folder.resolve("nowhere.json"))).hasMessageContaining("nowhere.json").hasMessageContaining("can't be read");
    }
}
