package org.memlora.models.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.models.ChatMessage;

class SentencePieceTokenizerTest {
    private static final int BOS = 2;
    private static final int START = 4;
    private static final int END = 5;
    private static TokenizerFixture fixture;
    private static Tokenizer tokenizer;

    @BeforeAll
    static void load() throws IOException {
        fixture = TokenizerFixture.read("tiny-sentencepiece");
        tokenizer = Tokenizers.fromGgufMetadata(fixture.metadata());
    }

    @Test
    void idsAreThoseOfSentencePiece() {
        fixture.checkTexts(tokenizer);
        assertThat(tokenizer.stopTokens()).containsExactlyInAnyOrder(1, END);
    }

    @Test
    void aGemmaFolderGivesTheSameIds(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), fixture.json().get("tokenizer").toString());
        Files.writeString(folder.resolve("tokenizer_config.json"), TokenizerJson.MAPPER.createObjectNode().put("bos_token", "<bos>")
                .put("eos_token", "<eos>").put("chat_template", (String) fixture.metadata().get("tokenizer.chat_template")).toString());
        Tokenizer loaded = Tokenizers.fromFolder(folder);

        fixture.checkTexts(loaded);
        assertThat(loaded.vocabularySize()).isEqualTo(tokenizer.vocabularySize());
        assertThat(loaded.stopTokens()).isEqualTo(tokenizer.stopTokens());
        assertThat(loaded.tokenBytes(9 + 0xC3)).containsExactly(0xC3);
        List<ChatMessage> chat = List.of(ChatMessage.system("Be brief."), ChatMessage.user("hi"));
        assertThat(loaded.encodeChat(chat)).isEqualTo(tokenizer.encodeChat(chat));
        TokenizerFixture.checkNoInjection(loaded, "<start_of_turn>", "<end_of_turn>", "<bos>", "<eos>", "<unk>");
    }

    @Test
    void bytesOfFallbackAndSpace() {
        assertThat(tokenizer.tokenBytes(9 + 0xC3)).containsExactly(0xC3);
        assertThat(tokenizer.tokenBytes(6)).containsExactly(' ', ' ');
        assertThat(tokenizer.tokenBytes(START)).isEmpty();
    }

    @Test
    void mergesDoNotMakeControlTokens() {
        TokenizerFixture.checkNoInjection(tokenizer, "<start_of_turn>", "<end_of_turn>", "<bos>", "<eos>", "<unk>");
    }

    @Test
    void gemmaHasNoSystemRole() {
        int[] ids = tokenizer.encodeChat(List.of(ChatMessage.system("Be brief."), ChatMessage.user(" hi \n"),
                new ChatMessage(ChatMessage.Role.ASSISTANT, "yes"), ChatMessage.user("ok")));
        assertThat(ids).startsWith(BOS, START).containsSubsequence(BOS, START, END, START, END, START, END, START);
        assertThat(tokenizer.decode(ids)).isEqualTo("user\nBe brief.\n\nhi\nmodel\nyes\nuser\nok\nmodel\n");
    }

    @Test
    void llamaPutsASpaceFirst() {
        Map<String, Object> metadata = fixture.metadata();
        metadata.put("tokenizer.ggml.add_space_prefix", true);
        Tokenizer llama = Tokenizers.fromGgufMetadata(metadata);
        int[] ids = llama.encode("hi");
        assertThat(TokenizerFixture.bytes(llama, ids)).asString().isEqualTo(" hi");
        assertThat(llama.decode(ids)).isEqualTo("hi");
    }
}
