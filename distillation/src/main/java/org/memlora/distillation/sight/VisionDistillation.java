package org.memlora.distillation.sight;

import java.nio.file.Path;
import java.util.Map;
import org.memlora.distillation.ConfigurationFile;
import org.memlora.distillation.DistillationConfig.Expert;
import org.memlora.operators.Stage;

/**
 * One run of {@code distill} for the vision expert: a base, an encoder, and scenes that are rendered while it runs. A YAML or JSON file; paths in
 * it are relative to the working directory.
 *
 * @param output folder with the subfolder vision: checkpoints, loss curve, eyes, and the expert in PEFT's format
 * @param encoder folder of the pretrained encoder
 * @param contextTokens longest example, prompt and completion
 * @param sight how the eyes are taught
 * @param experts the one named vision
 */
public record VisionDistillation(String base, Path output, Path encoder, int contextTokens, Scenes scenes, SightSettings sight,
        Map<String, Expert> experts) {

    /**
     * The scenes that the expert learns from; those of the eyes stand before them.
     *
     * @param train pictures, each with two questions
     * @param furtherCounting so many more for a number, of each of them: they share the picture's part of the prompt, which runs once
     * @param describeEvery a description of every so many pictures is learnt, too
     * @param validation pictures that only measure
     */
    public record Scenes(long seed, int train, int furtherCounting, int describeEvery, int validation) {
        public Scenes {
            if (train < 1 || furtherCounting < 0 || describeEvery < 1 || validation < 1) {
                throw new IllegalArgumentException("scenes.train, furtherCounting, describeEvery and validation are " + train + ", " + furtherCounting + ", "
                        + describeEvery + " and " + validation + ", expected at least 1, 0, 1 and 1");
            }
        }
    }

    public VisionDistillation {
        if (base == null || output == null || encoder == null || scenes == null || sight == null || experts == null
                || !experts.keySet().equals(java.util.Set.of(Stage.VISION.expertName()))) {
            throw new IllegalArgumentException("base, output, encoder, scenes, sight or experts is missing, or experts has others than vision");
        }
        if (experts.get(Stage.VISION.expertName()).from() != null) {
            throw new IllegalArgumentException("experts.vision.from is given, expected null: a vision expert begins with the bare base, as its projector does");
        }
    }

    public Expert expert() {
        return experts.get(Stage.VISION.expertName());
    }

    /** Whether a configuration is for the vision expert; false also where it can't be read. */
    public static boolean isOne(Path file) {
        try {
            return ConfigurationFile.read(file, Map.class).containsKey("sight");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** @throws IllegalArgumentException with one sentence that names the file and what is wrong in it */
    public static VisionDistillation read(Path file) {
        return ConfigurationFile.read(file, VisionDistillation.class);
    }
}
