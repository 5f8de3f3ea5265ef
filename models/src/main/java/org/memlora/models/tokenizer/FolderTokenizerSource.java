package org.memlora.models.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.memlora.models.tokenizer.Vocabulary.Kind;
import org.memlora.models.tokenizer.Vocabulary.Scheme;

/** Reads the tokenizer of a Hugging Face model folder. */
final class FolderTokenizerSource {
    private FolderTokenizerSource() {
    }

    static Tokenizer load(Path folder) throws IOException {
        ObjectNode json = (ObjectNode) TokenizerJson.MAPPER.readTree(folder.resolve("tokenizer.json").toFile());
        JsonNode model = json.path("model");
        if (!"BPE".equals(model.path("type").asText())
                || !model.path("continuing_subword_prefix").asText("").matches("|null")) {
            throw new IllegalArgumentException("Tokenizer of " + folder + " is not a BPE that is supported: type '"
                    + model.path("type").asText() + "'");
        }
        JsonNode config = read(folder, "tokenizer_config.json");
        Vocabulary vocabulary = vocabulary(json, config, declaredSize(read(folder, "config.json")));
        Set<Integer> stops = new TreeSet<>();
        addToken(stops, config.path("eos_token"), vocabulary);
        addToken(stops, read(folder, "special_tokens_map.json").path("eos_token"), vocabulary);
        JsonNode generated = read(folder, "generation_config.json").path("eos_token_id");
        if (generated.isArray()) {
            generated.forEach(id -> stops.add(id.asInt()));
        } else if (generated.isInt()) {
            stops.add(generated.asInt());
        }
        Set<Integer> begin = new TreeSet<>();
        addToken(begin, config.path("bos_token"), vocabulary);
        ChatTemplate template = ChatTemplate.choose(templateText(folder, config), vocabulary,
                begin.isEmpty() ? null : begin.iterator().next());
        return new HuggingFaceBackedTokenizer(json, vocabulary, stops, template);
    }

    private static int declaredSize(JsonNode config) {
        return config.path("vocab_size").asInt(config.path("text_config").path("vocab_size").asInt());
    }

    private static Vocabulary vocabulary(ObjectNode json, JsonNode config, int declaredSize) {
        List<String> texts = new ArrayList<>();
        List<Kind> kinds = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : json.path("model").path("vocab").properties()) {
            set(texts, kinds, entry.getValue().asInt(), entry.getKey(), Kind.NORMAL);
        }
        for (JsonNode token : json.path("added_tokens")) {
            set(texts, kinds, token.path("id").asInt(), token.path("content").asText(),
                    token.path("special").asBoolean() ? Kind.SPECIAL : Kind.USER_DEFINED);
        }
        for (Map.Entry<String, JsonNode> entry : config.path("added_tokens_decoder").properties()) {
            set(texts, kinds, Integer.parseInt(entry.getKey()), entry.getValue().path("content").asText(),
                    entry.getValue().path("special").asBoolean() ? Kind.SPECIAL : Kind.USER_DEFINED);
        }
        if (declaredSize > texts.size()) {
            grow(texts, kinds, declaredSize);
        }
        return new Vocabulary(scheme(json), texts, kinds);
    }

    private static void set(List<String> texts, List<Kind> kinds, int id, String text, Kind kind) {
        if (id >= texts.size()) {
            grow(texts, kinds, id + 1);
        }
        texts.set(id, text);
        kinds.set(id, kind);
    }

    /** Ids of the model's output that have no token. */
    private static void grow(List<String> texts, List<Kind> kinds, int size) {
        while (texts.size() < size) {
            texts.add(null);
            kinds.add(Kind.SPECIAL);
        }
    }

    private static Scheme scheme(JsonNode json) {
        if (json.path("decoder").findValuesAsText("type").contains("ByteLevel")) {
            return Scheme.BYTE_LEVEL;
        }
        if (json.path("model").path("byte_fallback").asBoolean()) {
            return Scheme.SENTENCEPIECE;
        }
        throw new IllegalArgumentException("Tokenizer is neither byte-level nor SentencePiece with byte fallback");
    }

    private static String templateText(Path folder, JsonNode config) throws IOException {
        Path file = folder.resolve("chat_template.jinja");
        if (Files.exists(file)) {
            return Files.readString(file);
        }
        JsonNode processor = read(folder, "chat_template.json").path("chat_template");
        if (processor.isTextual()) {
            return processor.asText();
        }
        JsonNode template = config.path("chat_template");
        for (JsonNode named : template) {
            if ("default".equals(named.path("name").asText())) {
                return named.path("template").asText();
            }
        }
        return template.isTextual() ? template.asText() : null;
    }

    private static void addToken(Set<Integer> ids, JsonNode token, Vocabulary vocabulary) {
        String text = token.isObject() ? token.path("content").asText() : token.asText();
        vocabulary.find(text).ifPresent(ids::add);
    }

    private static JsonNode read(Path folder, String name) throws IOException {
        Path file = folder.resolve(name);
        return Files.exists(file) ? TokenizerJson.MAPPER.readTree(file.toFile())
                : TokenizerJson.MAPPER.createObjectNode();
    }
}
