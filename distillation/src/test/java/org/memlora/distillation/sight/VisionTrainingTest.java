package org.memlora.distillation.sight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.distillation.DistillationConfig;
import org.memlora.distillation.LetterTokenizer;
import org.memlora.distillation.scenes.SceneAttributes;
import org.memlora.distillation.training.LoraTrainer;
import org.memlora.distillation.training.TrainingSettings;
import org.memlora.models.OpenedBase;
import org.memlora.models.lora.AdapterFile;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.transformer.Precision;
import org.memlora.models.transformer.TransformerConfig;
import org.memlora.models.vision.embedded.EmbeddedEyes;
import org.memlora.models.vision.embedded.EyesFolder;
import org.memlora.models.vision.embedded.ObjectSight;
import org.memlora.models.vision.embedded.SightConfig;

class VisionTrainingTest {
    private static final Path TINY = Path.of("../models/src/test/resources/transformer/llama-tied");
    private static final Path ENCODER = Path.of("../models/encoders/efficientnet-lite0");
    private static final Path CONFIGURATION = Path.of("configurations/vision-smollm2-135m-instruct.yaml");

    @TempDir
    private Path folder;

    private static SightSettings sight(int pictures) {
        return new SightSettings(5, 16, 1, 2, 8, pictures, 2, 2e-3, 0, 0.01, 1, 4, 2, 2, 100, 100, 1);
    }

    private static SightConfig config() {
        return new SightConfig(SceneAttributes.SIDE, 5, 16, 1, 2, 8, SceneAttributes.MOST_OBJECTS, SceneAttributes.ofPictures(), SceneAttributes.ofObjects(),
                SceneAttributes.ofParts(), SceneAttributes.tallies());
    }

    private static ObjectSight fresh() {
        return ObjectSight.load(config(), EyesFolder.encoder(ENCODER), null, 1, Device.cpu());
    }

    @Test
    void aResumedTeachingEqualsAnUninterruptedOneAndTheOldRunIsNamedWhereSettingsDiffer() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        try (ObjectSight whole = fresh(); ObjectSight parted = fresh(); ObjectSight rest = fresh()) {
            float[] before = whole.parameters().get("blocks.9.project.weight").toFloatArray();
            new SightTraining(whole, sight(6), 5, folder, new PrintStream(new ByteArrayOutputStream())).train(Integer.MAX_VALUE);
            assertThat(whole.parameters().get("blocks.9.project.weight").toFloatArray()).isNotEqualTo(before);

            new SightTraining(parted, sight(6), 5, other, new PrintStream(new ByteArrayOutputStream())).train(2);
            // what a killed run leaves is a checkpoint of its last whole step
            Files.writeString(other.resolve("unrelated"), "");
            SightTraining resumed = new SightTraining(rest, sight(6), 5, other, new PrintStream(new ByteArrayOutputStream()));
            assertThat(resumed.stepsDone()).isEqualTo(2);
            resumed.train(Integer.MAX_VALUE);

            for (String name : whole.parameters().keySet()) {
                assertThat(rest.parameters().get(name).toFloatArray()).as(name).isEqualTo(whole.parameters().get(name).toFloatArray());
            }
            assertThatThrownBy(() -> new SightTraining(rest, sight(8), 5, other, System.out)).hasMessageContaining("other settings");
        }
    }

    @Test
    void eyesProjectorAndExpertOfATinyModelAreTrainedAndLoaded() throws IOException {
        TransformerConfig shape = TransformerConfig.fromHuggingFace(TINY.resolve("config.json"));
        OpenedBase base = new OpenedBase(TINY, shape, SafetensorsFile.open(TINY), new LetterTokenizer());
        TrainingSettings training = new TrainingSettings(5e-3, TrainingSettings.Schedule.CONSTANT, 0, 0, 1, 4, 2000, 4, 6, 3, 20, 0, 100, 1, Precision.FLOAT32);
        VisionDistillation config = new VisionDistillation("tiny", folder, ENCODER, 400, new VisionDistillation.Scenes(5, 8, 1, 4, 2), sight(2),
                Map.of("vision", new DistillationConfig.Expert(new DistillationConfig.Lora(4, 8, 0.05, List.of("q_proj", "v_proj")), training)));
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        LoraTrainer.Outcome outcome = new VisionTraining(config, base, Device.cpu(), new PrintStream(printed, true, StandardCharsets.UTF_8)).train("memlora distill x");

        assertThat(outcome.bestLoss()).isLessThan(outcome.baseLoss());
        Path written = folder.resolve("vision");
        AdapterFile.read("vision", written).requireFit(shape);
        assertThat(outcome.bestInput()).hasSize(4);
        assertThat(SafetensorsFile.open(written.resolve(EyesFolder.FILE)).names()).contains("blocks.5.expand.weight", "projector.hidden.weight", "familiar.limit");
        assertThat(Files.readString(written.resolve("README.md"))).contains("Apache License 2.0", "memlora distill x").doesNotContain("LoCoMo");
        // a second run goes on behind the eyes, and finds its expert trained
        ByteArrayOutputStream again = new ByteArrayOutputStream();
        LoraTrainer.Outcome same = new VisionTraining(config, base, Device.cpu(), new PrintStream(again, true, StandardCharsets.UTF_8)).train("memlora distill x");
        assertThat(again.toString(StandardCharsets.UTF_8)).contains("eyes: taught before").doesNotContain("eyes: step");
        assertThat(same.bestLoss()).isEqualTo(outcome.bestLoss());
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("eyes: step 1 of 1", "eyes: 2 epochs over 4 kept pictures", "photo=1");
        try (EmbeddedEyes eyes = EmbeddedEyes.open(written, ENCODER, shape.width(), new LetterTokenizer(), Device.cpu())) {
            assertThat(eyes.see(SceneAttributes.scene(org.memlora.distillation.scenes.SceneSplit.VALIDATION, 5, 0).picture()).vectors().length % shape.width()).isZero();
        }
    }

    @Test
    void theCommittedConfigurationIsReadAndWrongOnesAreOneSentence() throws IOException {
        VisionDistillation config = VisionDistillation.read(CONFIGURATION);
        assertThat(config.base()).isEqualTo("smollm2-135m-instruct");
        assertThat(VisionDistillation.isOne(CONFIGURATION)).isTrue();
        assertThat(VisionDistillation.isOne(Path.of("configurations/smollm2-135m-instruct.yaml"))).isFalse();
        String right = Files.readString(CONFIGURATION);
        for (String[] change : List.of(new String[] {"describeEvery: 6", "describeEvery: 0", "describeEvery"}, new String[] {"  vision:", "  update:", "experts"},
                new String[] {"batchPictures: 8", "batchPictures: 0", "batchPictures"}, new String[] {"encoder:", "encodr:", "no setting \"encoder\""})) {
            Path file = folder.resolve("wrong.yaml");
            assertThat(right).contains(change[0]);
            Files.writeString(file, right.replace(change[0], change[1]));
            assertThatThrownBy(() -> VisionDistillation.read(file)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("wrong.yaml")
                    .hasMessageContaining(change[2]);
        }
    }
}
