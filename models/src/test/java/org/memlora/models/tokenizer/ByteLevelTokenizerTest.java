package org.memlora.models.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.models.ChatMessage;

class ByteLevelTokenizerTest {
    private static TokenizerFixture fixture;
    private static Tokenizer gguf;

    @TempDir
    Path folder;

    @BeforeAll
    static void load() throws IOException {
        fixture = TokenizerFixture.read("tiny-byte-level");
        gguf = Tokenizers.fromGgufMetadata(fixture.metadata());
    }

    private Tokenizer fromFolder(String config) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), fixture.json().get("tokenizer").toString());
        Files.writeString(folder.resolve("tokenizer_config.json"), config);
        return Tokenizers.fromFolder(folder);
    }

    private String config() {
        return TokenizerJson.MAPPER.createObjectNode().put("eos_token", "<|im_end|>")
                .put("chat_template", (String) fixture.metadata().get("tokenizer.chat_template")).toString();
    }

    @Test
    void ggufMetadataAndFolderGiveTheReferencesIds() throws IOException {
        for (Tokenizer tokenizer : List.of(gguf, fromFolder(config()))) {
            fixture.checkTexts(tokenizer);
            fixture.checkRoundTrips(tokenizer);
            fixture.checkChats(tokenizer);
            assertThat(tokenizer.stopTokens()).containsExactlyInAnyOrder(0, 2);
            assertThat(tokenizer.vocabularySize()).isEqualTo(330);
            TokenizerFixture.checkNoInjection(tokenizer, "<|im_start|>", "<|im_end|>", "<|endoftext|>");
        }
    }

    @Test
    void arraysOfTheMetadataMayBeJavaArrays() {
        Map<String, Object> metadata = fixture.metadata();
        for (String key : List.of("tokens", "merges")) {
            metadata.computeIfPresent("tokenizer.ggml." + key, (k, v) -> ((List<?>) v).toArray(String[]::new));
        }
        metadata.computeIfPresent("tokenizer.ggml.token_type",
                (k, v) -> ((List<?>) v).stream().mapToInt(e -> (Integer) e).toArray());
        metadata.computeIfPresent("tokenizer.ggml.eos_token_id", (k, v) -> 2L);
        fixture.checkTexts(Tokenizers.fromGgufMetadata(metadata));
    }

    @Test
    void specialTokensHaveNoBytesAndAreNotDecoded() {
        assertThat(gguf.isSpecial(2)).isTrue();
        assertThat(gguf.tokenBytes(2)).isEmpty();
        assertThat(gguf.decode(new int[] {1, 2, 0})).isEmpty();
        int[] text = gguf.encode("hi");
        assertThat(gguf.decode(IntStream.concat(IntStream.of(1), IntStream.of(text)).toArray())).isEqualTo("hi");
    }

    @Test
    void everyByteHasItsToken() {
        boolean[] seen = new boolean[256];
        for (int id = 0; id < gguf.vocabularySize(); id++) {
            byte[] bytes = gguf.tokenBytes(id);
            if (bytes.length == 1) {
                seen[bytes[0] & 0xFF] = true;
            }
        }
        assertThat(seen).doesNotContain(false);
    }

    @Test
    void tokensOfHalfACharacterDecodeToTheReplacementCharacter() {
        int[] ids = gguf.encode("\uD83E\uDD80");
        assertThat(ids.length).isGreaterThan(1);
        assertThat(gguf.decode(new int[] {ids[0]})).contains("\uFFFD");
        assertThat(gguf.tokenBytes(ids[0])).startsWith((byte) 0xF0);
    }

    @Test
    void oddTextsAreEncoded() {
        assertThat(gguf.encode("")).isEmpty();
        assertThat(gguf.decode(new int[0])).isEmpty();
        assertThat(gguf.decode(gguf.encode("a\0b"))).isEqualTo("a\0b");
        assertThat(gguf.decode(gguf.encode("a\uD83Db"))).isEqualTo("a\uFFFDb");
        String text = "0123456789".repeat(2_000);
        int[] ids = gguf.encode(text);
        assertThat(ids).as("no truncation, a digit a token").hasSize(20_000);
        assertThat(gguf.decode(ids)).isEqualTo(text);
    }

    @Test
    void mayBeCalledByAllThreads() {
        int[] expected = gguf.encode("The quick brown fox");
        assertThat(IntStream.range(0, 2_000).parallel().mapToObj(i -> gguf.encode("The quick brown fox")))
                .allSatisfy(ids -> assertThat(ids).isEqualTo(expected));
    }

    @Test
    void addedTokensThatAreNotSpecialAreTextOnlyWhenDecoded() throws IOException {
        ObjectNode tokenizer = (ObjectNode) fixture.json().get("tokenizer").deepCopy();
        ((ArrayNode) tokenizer.get("added_tokens")).addObject().put("id", 330)
                .put("content", "<tool_call>").put("single_word", false).put("lstrip", false).put("rstrip", false)
                .put("normalized", false).put("special", false);
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer.toString());
        Files.writeString(folder.resolve("tokenizer_config.json"), config());
        Files.writeString(folder.resolve("config.json"), "{\"vocab_size\": 336}");
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [2, 5]}");
        Tokenizer loaded = Tokenizers.fromFolder(folder);
        assertThat(loaded.encode("<tool_call>")).isEqualTo(gguf.encode("<tool_call>")).doesNotContain(330);
        assertThat(loaded.decode(new int[] {330})).isEqualTo("<tool_call>");
        assertThat(loaded.tokenBytes(330)).isEqualTo("<tool_call>".getBytes(StandardCharsets.UTF_8));
        assertThat(loaded.isSpecial(330)).isFalse();
        assertThat(loaded.vocabularySize()).isEqualTo(336);
        assertThat(loaded.isSpecial(335)).isTrue();
        assertThat(loaded.tokenBytes(335)).isEmpty();
        assertThat(loaded.stopTokens()).containsExactlyInAnyOrder(0, 2, 5);
    }

    @Test
    void whatIsNotSupportedIsNamed() {
        assertRejected("tokenizer.ggml.model", "bert", "bert");
        assertRejected("tokenizer.ggml.pre", "tekken", "tekken");
        assertRejected("tokenizer.chat_template", "[INST] {{ x }} [/INST]", "[INST]");
        assertRejected("tokenizer.ggml.tokens", null, "tokenizer.ggml.tokens");
        assertRejected("tokenizer.ggml.merges", null, "tokenizer.ggml.merges");
        assertRejected("tokenizer.ggml.token_type", List.of(1, 2), "token_type");
        assertThatThrownBy(() -> gguf.tokenBytes(330)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> gguf.encodeChat(List.<ChatMessage>of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertRejected(String key, Object value, String named) {
        Map<String, Object> metadata = fixture.metadata();
        metadata.put(key, value);
        assertThatThrownBy(() -> Tokenizers.fromGgufMetadata(metadata))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(named);
    }
}
