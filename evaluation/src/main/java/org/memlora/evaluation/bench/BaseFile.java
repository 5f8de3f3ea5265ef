package org.memlora.evaluation.bench;

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

/** A base's file with what it says. */
record BaseFile(Path path, TransformerConfig config, WeightSource weights, Tokenizer tokenizer) {

    static BaseFile open(String base) {
        Path path = BaseResolver.standard(DownloadProgress.none()).resolve(base);
        if (!Files.isDirectory(path)) {
            GgufFile file = GgufFile.open(path);
            return new BaseFile(path, TransformerConfig.fromGguf(file.metadata()), file, Tokenizers.fromGgufMetadata(file.metadata()));
        }
        try {
            return new BaseFile(path, TransformerConfig.fromHuggingFace(path.resolve("config.json")), SafetensorsFile.open(path),
                    Tokenizers.fromFolder(path));
        } catch (IOException e) {
            throw new UncheckedIOException("The base in " + path + " can't be read: " + e.getMessage(), e);
        }
    }
}
