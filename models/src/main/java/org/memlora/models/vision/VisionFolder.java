package org.memlora.models.vision;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.tokenizer.Tokenizer;
import org.memlora.models.tokenizer.Tokenizers;
import org.memlora.models.transformer.TransformerConfig;
import org.memlora.models.weights.WeightSource;

/**
 * A vision-language model as published: config.json, tokenizer.json, preprocessor_config.json and safetensors.
 *
 * @param transformer the part behind the tower
 * @param weights under names as {@link VisionWeights} has them, so that the transformer's are those of a text model
 */
public record VisionFolder(VisionConfig vision, TransformerConfig transformer, WeightSource weights, Tokenizer tokenizer, PictureTiler tiler) {

    /** Whether the folder's config.json is that of one of the families. */
    public static boolean isOne(Path folder) {
        return VisionConfig.family(json(folder, "config.json")).isPresent();
    }

    /** @throws RuntimeException with one sentence as its message if a file is missing, foreign or does not fit the others */
    public static VisionFolder open(Path folder) {
        try {
            JsonNode config = json(folder, "config.json");
            VisionConfig vision = VisionConfig.fromHuggingFace(config);
            TransformerConfig transformer = TransformerConfig.fromHuggingFace(config.path("text_config"));
            Tokenizer tokenizer = Tokenizers.fromFolder(folder);
            requireIdsForPictures(transformer, tokenizer);
            return new VisionFolder(vision, transformer, new VisionWeights(SafetensorsFile.open(folder)), tokenizer,
                    PictureTiler.fromHuggingFace(vision, preprocessor(folder)));
        } catch (IOException e) {
            throw new UncheckedIOException("The vision-language model in " + folder + " can't be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("The vision-language model in " + folder + " can't be used: " + e.getMessage(), e);
        }
    }

    /** Ids from the transformer's vocabulary on are those of pictures: no text may have them. */
    private static void requireIdsForPictures(TransformerConfig transformer, Tokenizer tokenizer) {
        if (tokenizer.vocabularySize() > transformer.vocabularySize()) {
            throw new IllegalArgumentException("tokenizer.json has " + tokenizer.vocabularySize() + " tokens, expected at most the "
                    + transformer.vocabularySize() + " of vocab_size in config.json; fetch both files again");
        }
    }

    /** Its own file or, as later releases of transformers save it, a part of the processor's. */
    private static JsonNode preprocessor(Path folder) {
        JsonNode own = json(folder, "preprocessor_config.json");
        JsonNode found = own.isEmpty() ? json(folder, "processor_config.json").path("image_processor") : own;
        if (found.isEmpty()) {
            throw new IllegalArgumentException("there is no preprocessor_config.json, expected the one published with the model; fetch it");
        }
        return found;
    }

    /** Empty where there is no such file. */
    private static JsonNode json(Path folder, String name) {
        Path file = folder.resolve(name);
        try {
            return Files.exists(file) ? new ObjectMapper().readTree(file.toFile()) : JsonNodeFactory.instance.objectNode();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
