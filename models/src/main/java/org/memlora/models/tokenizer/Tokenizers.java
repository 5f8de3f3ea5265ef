package org.memlora.models.tokenizer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Loads the {@link Tokenizer} of a base model. Works offline; the tokenizers need no closing. */
public final class Tokenizers {
    private Tokenizers() {
    }

    /**
     * Tokenizer from the metadata of a GGUF file ({@code tokenizer.*}); arrays may be lists or Java arrays.
     *
     * @throws IllegalArgumentException if a key is missing, or the vocabulary's kind, the pre-tokenizer or the chat
     *     template is not supported
     */
    public static Tokenizer fromGgufMetadata(Map<String, Object> metadata) {
        return new GgufTokenizerSource(new GgufMetadata(metadata)).load();
    }

    /**
     * Tokenizer from a Hugging Face folder: tokenizer.json and, where present, tokenizer_config.json,
     * chat_template.jinja, special_tokens_map.json, generation_config.json and config.json.
     *
     * @throws IllegalArgumentException if the tokenizer's kind or the chat template is not supported
     */
    public static Tokenizer fromFolder(Path folder) throws IOException {
        return FolderTokenizerSource.load(folder);
    }
}
