package org.memlora.distillation.scenes;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.memlora.models.bases.FolderTree;

/**
 * Pictures as PNG files, {@code questions.jsonl} with {"image", "question", "answer", "kind"} and {@code descriptions.jsonl} with
 * {"image", "description"}; images are named relative to the folder. The folder is there as a whole or not at all.
 */
public final class SceneFolder {
    private static final String QUESTIONS = "questions.jsonl";
    private static final String DESCRIPTIONS = "descriptions.jsonl";
    private static final String PICTURES = "pictures";
    private static final ObjectMapper JSON = new ObjectMapper();

    private SceneFolder() { }

    /**
     * @param progress told the pictures written
     * @throws IllegalArgumentException if the folder can't be taken: it holds something, it is a file, or another run writes it or was killed
     */
    public static AnswerShares write(Path folder, SceneSplit split, long seed, int count, IntConsumer progress) {
        Path target = folder.toAbsolutePath().normalize();
        checkFree(folder, target);
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try {
            Files.createDirectories(target.getParent());
            Files.createDirectory(part);
        } catch (FileAlreadyExistsException e) {
            throw new IllegalArgumentException("There is already " + part + ", expected none: another run writes it, or one was killed;"
                    + " wait for its end, or remove it.", e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the folder " + part, e);
        }
        try {
            AnswerShares shares = fill(part, split, seed, count, progress);
            Files.deleteIfExists(target);
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            return shares;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the scenes to " + folder, e);
        } finally {
            remove(part);
        }
    }

    private static void checkFree(Path folder, Path target) {
        if (Files.exists(target) && !Files.isDirectory(target)) {
            throw new IllegalArgumentException(folder + " is a file, expected a folder that is new or empty: name another one.");
        }
        if (!Files.exists(target)) {
            return;
        }
        try (Stream<Path> entries = Files.list(target)) {
            List<String> names = entries.map(entry -> entry.getFileName().toString()).sorted().toList();
            if (!names.isEmpty()) {
                String found = names.get(0) + (names.size() == 1 ? "" : " and " + (names.size() - 1) + " more");
                throw new IllegalArgumentException("The folder " + folder + " is not empty (" + found
                        + "), expected a new or an empty one: name another one, or remove what is in it.");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the folder " + folder, e);
        }
    }

    private static AnswerShares fill(Path part, SceneSplit split, long seed, int count, IntConsumer progress) throws IOException {
        SceneSet set = new SceneSet(split, seed);
        AnswerShares shares = new AnswerShares();
        Files.createDirectory(part.resolve(PICTURES));
        try (BufferedWriter questions = Files.newBufferedWriter(part.resolve(QUESTIONS));
                BufferedWriter descriptions = Files.newBufferedWriter(part.resolve(DESCRIPTIONS))) {
            for (int i = 0; i < count; i++) {
                RenderedScene scene = set.scene(i);
                String image = String.format(Locale.ROOT, "%s/%s-%06d.png", PICTURES, split.label(), i);
                writePicture(part.resolve(image), scene.picture());
                for (SceneQuestion question : scene.questions()) {
                    questions.write(JSON.createObjectNode().put("image", image).put("question", question.question()).put("answer", question.answer())
                            .put("kind", question.kind().label()) + "\n");
                    shares.add(question);
                }
                descriptions.write(JSON.createObjectNode().put("image", image).put("description", scene.description()) + "\n");
                progress.accept(i + 1);
            }
        }
        return shares;
    }

    private static void writePicture(Path file, BufferedImage picture) throws IOException {
        try (OutputStream out = Files.newOutputStream(file); ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            ImageIO.write(picture, "png", stream);
        }
    }

    private static void remove(Path part) {
        try {
            FolderTree.delete(part);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + part, e);
        }
    }
}
