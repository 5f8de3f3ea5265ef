package org.memlora.models.vision.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.safetensors.SafetensorsWriter;
import org.memlora.models.weights.WeightSource;

/** The eyes beside a vision expert: their configuration, and one file with eyes, projector and what is familiar. */
public final class EyesFolder {
    public static final String FILE = "sight.safetensors";

    private static final Path ENCODER = Path.of("encoders", "efficientnet-lite0");

    private EyesFolder() { }

    /**
     * The encoder's folder that goes with an expert's: encoders/efficientnet-lite0, or that in models, in one of the folders above it, as in this
     * project (models/experts, and data/experts where training writes).
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Path encoderFor(Path folder) {
        for (Path above = folder.toAbsolutePath().normalize(); above != null; above = above.getParent()) {
            for (Path encoder : List.of(above.resolve(ENCODER), above.resolve("models").resolve(ENCODER))) {
                if (Files.isDirectory(encoder)) {
                    return encoder;
                }
            }
        }
        throw new IllegalArgumentException("None of the folders above " + folder + " has " + ENCODER + ", expected the pretrained encoder of the vision"
                + " expert's eyes there: copy the project's models/encoders beside its experts");
    }

    /** Whether an expert's folder has eyes that are taught to the end: without projector and what is familiar they can't serve. */
    public static boolean isOne(Path folder) {
        if (!Files.isRegularFile(folder.resolve(SightConfig.FILE)) || !Files.isRegularFile(folder.resolve(FILE))) {
            return false;
        }
        WeightSource trained = SafetensorsFile.open(folder.resolve(FILE));
        return WordProjector.isIn(trained) && Familiarity.isIn(trained);
    }

    /** @param projector null = not trained yet @param familiarity likewise */
    public static void write(Path folder, ObjectSight sight, WordProjector projector, Familiarity familiarity) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        sight.add(writer);
        if (projector != null) {
            projector.add(writer);
        }
        if (familiarity != null) {
            familiarity.add(writer);
        }
        sight.config().write(folder);
        writer.write(folder.resolve(FILE));
    }

    /** @throws IllegalArgumentException if the folder has no encoder */
    public static WeightSource encoder(Path folder) {
        Path file = folder.resolve(LiteEncoder.FILE);
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("There is no " + file + ", expected the weights of EfficientNet-lite0: take the project's folder"
                    + " models/encoders/efficientnet-lite0.");
        }
        return SafetensorsFile.open(file);
    }
}
