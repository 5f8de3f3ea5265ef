package org.memlora.models;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.memlora.models.bases.BaseResolver;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.gguf.GgufFile;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.tokenizer.Tokenizer;
import org.memlora.models.tokenizer.Tokenizers;
import org.memlora.models.transformer.TransformerConfig;
import org.memlora.models.weights.WeightSource;

/**
 * The parts of a base on disk.
 *
 * @param path its file or folder
 */
public record OpenedBase(Path path, TransformerConfig config, WeightSource weights, Tokenizer tokenizer) {

    /**
     * @param base name in the catalogue, a .gguf file or a Hugging Face folder
     * @throws RuntimeException with one sentence as its message if the base can't be had or read
     */
    public static OpenedBase open(String base, DownloadProgress progress) {
        return open(BaseResolver.standard(progress).resolve(base));
    }

    /** Of a .gguf file or a Hugging Face folder. */
    static OpenedBase open(Path path) {
        return Files.isDirectory(path) ? fromFolder(path) : fromGguf(path);
    }

    /** Of a .gguf file or a Hugging Face folder, without the cost of its tokenizer. */
    public static TransformerConfig config(Path path) {
        return Files.isDirectory(path) ? TransformerConfig.fromHuggingFace(path.resolve("config.json"))
                : TransformerConfig.fromGguf(GgufFile.open(path).metadata());
    }

    private static OpenedBase fromGguf(Path file) {
        GgufFile gguf = GgufFile.open(file);
        return new OpenedBase(file, TransformerConfig.fromGguf(gguf.metadata()), gguf, Tokenizers.fromGgufMetadata(gguf.metadata()));
    }

    private static OpenedBase fromFolder(Path folder) {
        try {
            return new OpenedBase(folder, TransformerConfig.fromHuggingFace(folder.resolve("config.json")), SafetensorsFile.open(folder),
                    Tokenizers.fromFolder(folder));
        } catch (IOException e) {
            throw new UncheckedIOException("The base in " + folder + " can't be read: " + e.getMessage(), e);
        }
    }
}
