package org.memlora.models.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.memlora.models.bases.CachedBases;
import org.memlora.models.gguf.GgufFile;

/** Ids of the real bases. */
class BaseVocabularyIT {

    @ParameterizedTest
    @CsvSource({"smollm2, 2, 0", "qwen2.5, 151645, 151643"})
    void idsAreThoseOfTransformers(String base, int end, int endOfText) throws IOException {
        TokenizerFixture fixture = TokenizerFixture.read(base);
        Path file = CachedBases.path(fixture.text("gguf").replace(".gguf", ""));
        Tokenizer tokenizer = Tokenizers.fromGgufMetadata(GgufFile.open(file).metadata());
        assertThat(tokenizer.vocabularySize()).isEqualTo(fixture.json().get("vocabularySize").asInt());
        fixture.checkTexts(tokenizer);
        fixture.checkRoundTrips(tokenizer);
        fixture.checkChats(tokenizer);
        assertThat(tokenizer.stopTokens()).containsExactlyInAnyOrder(end, endOfText);
        TokenizerFixture.checkNoInjection(tokenizer, "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<repo_name>");
        long start = System.nanoTime();
        String text = "My dog Rex is 7 years old, isn't he?\n".repeat(500);
        int[] ids = tokenizer.encode(text);
        assertThat(tokenizer.decode(ids)).isEqualTo(text);
        System.out.printf("%s: %d ids encoded and decoded in %d ms%n", base, ids.length,
                (System.nanoTime() - start) / 1_000_000);
    }
}
