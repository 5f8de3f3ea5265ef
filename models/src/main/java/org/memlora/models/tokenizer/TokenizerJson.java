package org.memlora.models.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Builds and changes the library's tokenizer.json. */
final class TokenizerJson {
    static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private TokenizerJson() {
    }

    static ObjectNode object(String type) {
        return NODES.objectNode().put("type", type);
    }

    static ObjectNode sequence(String field, ObjectNode... parts) {
        ObjectNode sequence = object("Sequence");
        ArrayNode array = sequence.putArray(field);
        for (ObjectNode part : parts) {
            array.add(part);
        }
        return sequence;
    }

    static ObjectNode byteLevel(boolean gpt2Pattern) {
        return object("ByteLevel").put("add_prefix_space", false).put("trim_offsets", true)
                .put("use_regex", gpt2Pattern);
    }

    static ObjectNode replace(String from, String to) {
        ObjectNode replace = object("Replace").put("content", to);
        replace.putObject("pattern").put("String", from);
        return replace;
    }

    /**
     * Changes the JSON so that no text can become a special token: these are no longer added tokens, nor in the
     * model's vocabulary, nor the result of a merge. The other added tokens go to the vocabulary, so that they decode.
     */
    static void removeSpecialTokens(ObjectNode json, Vocabulary vocabulary) {
        json.putNull("truncation");
        json.putNull("padding");
        json.putNull("post_processor");
        ArrayNode added = NODES.arrayNode();
        for (JsonNode token : json.path("added_tokens")) {
            if (vocabulary.isRecognisedInText(token.path("id").asInt())) {
                added.add(token);
            }
        }
        json.set("added_tokens", added);
        ObjectNode model = (ObjectNode) json.get("model");
        String unknown = model.path("unk_token").asText(null);
        ObjectNode tokens = NODES.objectNode();
        for (int id = 0; id < vocabulary.size(); id++) {
            String text = vocabulary.text(id);
            if (text != null && (!vocabulary.isSpecial(id) || text.equals(unknown)) && !tokens.has(text)) {
                tokens.put(text, id);
            }
        }
        model.set("vocab", tokens);
        model.set("merges", normalMerges(model.path("merges"), vocabulary));
    }

    private static ArrayNode normalMerges(JsonNode merges, Vocabulary vocabulary) {
        ArrayNode kept = NODES.arrayNode(merges.size());
        for (JsonNode merge : merges) {
            String left;
            String right;
            if (merge.isArray()) {
                left = merge.get(0).asText();
                right = merge.get(1).asText();
            } else {
                String pair = merge.asText();
                int space = pair.indexOf(' ', 1);
                if (space < 0) {
                    throw new IllegalArgumentException("Not a merge of two tokens: '" + pair + "'");
                }
                left = pair.substring(0, space);
                right = pair.substring(space + 1);
            }
            if (vocabulary.isNormal(left) && vocabulary.isNormal(right) && vocabulary.isNormal(left + right)) {
                kept.addArray().add(left).add(right);
            }
        }
        return kept;
    }
}
