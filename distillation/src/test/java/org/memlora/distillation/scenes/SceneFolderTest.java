package org.memlora.distillation.scenes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SceneFolderTest {
    private static final int COUNT = 6;

    @TempDir
    Path folder;

    private static List<JsonNode> lines(Path file) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    private static int[] pixels(BufferedImage picture) {
        return picture.getRGB(0, 0, Scene.SIZE, Scene.SIZE, null, 0, Scene.SIZE);
    }

    @Test
    void writesPicturesQuestionsAndDescriptions() throws IOException {
        Path out = folder.resolve("new").resolve("train");
        List<Integer> progress = new ArrayList<>();
        AnswerShares shares = SceneFolder.write(out, SceneSplit.TRAIN, 3, COUNT, progress::add);
        assertThat(progress).containsExactly(1, 2, 3, 4, 5, 6);
        List<JsonNode> questions = lines(out.resolve("questions.jsonl"));
        List<JsonNode> descriptions = lines(out.resolve("descriptions.jsonl"));
        assertThat(questions).hasSize(2 * COUNT);
        assertThat(descriptions).hasSize(COUNT);
        assertThat(Stream.of(QuestionKind.values()).mapToInt(shares::questions).sum()).isEqualTo(2 * COUNT);
        SceneSet set = new SceneSet(SceneSplit.TRAIN, 3);
        for (int i = 0; i < COUNT; i++) {
            RenderedScene scene = set.scene(i);
            SceneQuestion asked = scene.questions().get(0);
            String image = "pictures/train-00000" + i + ".png";
            assertThat(questions.get(2 * i)).hasToString(new ObjectMapper().createObjectNode().put("image", image).put("question", asked.question())
                    .put("answer", asked.answer()).put("kind", asked.kind().label()).toString());
            assertThat(descriptions.get(i).get("image").asText()).isEqualTo(image);
            assertThat(descriptions.get(i).get("description").asText()).isEqualTo(scene.description());
            BufferedImage picture = ImageIO.read(out.resolve(image).toFile());
            assertThat(pixels(picture)).isEqualTo(pixels(scene.picture()));
        }
        assertThat(out.resolveSibling("train.part")).doesNotExist();
    }

    @Test
    void anInterruptedRunLeavesNoFolder() {
        Path out = folder.resolve("train");
        assertThatThrownBy(() -> SceneFolder.write(out, SceneSplit.TRAIN, 3, COUNT, done -> {
            if (done == 2) {
                assertThat(out).doesNotExist();
                throw new IllegalStateException("interrupted");
            }
        })).hasMessage("interrupted");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void refusesWhatItWouldOverwrite() throws IOException {
        Path full = Files.createDirectory(folder.resolve("full"));
        Files.writeString(full.resolve("a.txt"), "mine");
        Files.writeString(full.resolve("b.txt"), "mine");
        assertThatThrownBy(() -> SceneFolder.write(full, SceneSplit.TEST, 1, 1, done -> { })).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The folder " + full + " is not empty (a.txt and 1 more), expected a new or an empty one:"
                        + " name another one, or remove what is in it.");
        Path file = full.resolve("a.txt");
        assertThatThrownBy(() -> SceneFolder.write(file, SceneSplit.TEST, 1, 1, done -> { })).hasMessageContaining("a.txt is a file, expected a folder");
        Path killed = Files.createDirectory(folder.resolve("out.part"));
        assertThatThrownBy(() -> SceneFolder.write(folder.resolve("out"), SceneSplit.TEST, 1, 1, done -> { }))
                .hasMessageContaining("There is already " + killed);
        assertThat(killed).exists();
        assertThat(full.resolve("b.txt")).hasContent("mine");
    }

    @Test
    void takesAnEmptyFolder() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        SceneFolder.write(empty, SceneSplit.VALIDATION, 1, 1, done -> { });
        assertThat(empty.resolve("pictures/validation-000000.png")).isRegularFile();
    }
}
