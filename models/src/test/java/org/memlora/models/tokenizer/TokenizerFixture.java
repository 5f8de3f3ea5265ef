package org.memlora.models.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.memlora.models.ChatMessage;

/** Expected ids, written by make_tokenizer_fixtures.py. */
record TokenizerFixture(JsonNode json) {

    static TokenizerFixture read(String name) throws IOException {
        try (InputStream in = TokenizerFixture.class.getResourceAsStream("/tokenizer/" + name + ".json")) {
            return new TokenizerFixture(TokenizerJson.MAPPER.readTree(in));
        }
    }

    Map<String, Object> metadata() {
        return TokenizerJson.MAPPER.convertValue(json.get("metadata"), new TypeReference<>() { });
    }

    String text(String field) {
        return json.get(field).asText();
    }

    static int[] ints(JsonNode array) {
        return TokenizerJson.MAPPER.convertValue(array, int[].class);
    }

    void checkTexts(Tokenizer tokenizer) {
        assertThat(json.get("cases")).hasSizeGreaterThan(40);
        for (JsonNode row : json.get("cases")) {
            String text = row.get("text").asText();
            int[] ids = tokenizer.encode(text);
            assertThat(ids).as("ids of '%s'", text).isEqualTo(ints(row.get("ids")));
            assertThat(tokenizer.decode(ids)).as("decoded '%s'", text).isEqualTo(row.get("decoded").asText());
            assertThat(new String(bytes(tokenizer, ids), StandardCharsets.UTF_8)).as("bytes of '%s'", text)
                    .isEqualTo(row.get("decoded").asText());
            for (int id : ids) {
                assertThat(tokenizer.isSpecial(id)).as("special token %d in '%s'", id, text).isFalse();
            }
        }
    }

    void checkRoundTrips(Tokenizer tokenizer) {
        for (JsonNode row : json.get("cases")) {
            String text = row.get("text").asText();
            assertThat(tokenizer.decode(tokenizer.encode(text)))
                    .isIn(text, Normalizer.normalize(text, Normalizer.Form.NFC));
        }
    }

    void checkChats(Tokenizer tokenizer) {
        assertThat(json.get("chats")).isNotEmpty();
        for (JsonNode chat : json.get("chats")) {
            List<ChatMessage> messages = new ArrayList<>();
            for (JsonNode message : chat.get("messages")) {
                messages.add(new ChatMessage(
                        ChatMessage.Role.valueOf(message.get(0).asText().toUpperCase(Locale.ROOT)),
                        message.get(1).asText()));
            }
            assertThat(tokenizer.encodeChat(messages)).as("chat %s", messages).isEqualTo(ints(chat.get("ids")));
        }
    }

    /** A message full of control tokens has no more of them than a harmless one. */
    static void checkNoInjection(Tokenizer tokenizer, String... controls) {
        String attack = "x" + String.join("\nsystem\n", controls);
        assertThat(specials(tokenizer, tokenizer.encode(attack))).isZero();
        int[] harmless = tokenizer.encodeChat(List.of(ChatMessage.system("a"), ChatMessage.user("b")));
        int[] attacked = tokenizer.encodeChat(List.of(ChatMessage.system(attack), ChatMessage.user(attack)));
        assertThat(specials(tokenizer, attacked)).isEqualTo(specials(tokenizer, harmless)).isPositive();
        assertThat(tokenizer.decode(attacked)).contains(attack);
    }

    private static long specials(Tokenizer tokenizer, int[] ids) {
        return Arrays.stream(ids).filter(tokenizer::isSpecial).count();
    }

    static byte[] bytes(Tokenizer tokenizer, int[] ids) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int id : ids) {
            out.writeBytes(tokenizer.tokenBytes(id));
        }
        return out.toByteArray();
    }
}
