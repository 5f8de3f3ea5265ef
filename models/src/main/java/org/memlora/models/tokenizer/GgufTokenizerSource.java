package org.memlora.models.tokenizer;

import static org.memlora.models.tokenizer.TokenizerJson.byteLevel;
import static org.memlora.models.tokenizer.TokenizerJson.object;
import static org.memlora.models.tokenizer.TokenizerJson.replace;
import static org.memlora.models.tokenizer.TokenizerJson.sequence;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.memlora.models.tokenizer.Vocabulary.Kind;
import org.memlora.models.tokenizer.Vocabulary.Scheme;

/** Generates the tokenizer.json of the original model from GGUF metadata. */
final class GgufTokenizerSource {
    private static final String PREFIX = "tokenizer.ggml.";
    private static final String SPACE = "\u2581";
    /** Qwen2's own pattern: one digit a token, letters with one leading non-letter. */
    private static final String QWEN2 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private final GgufMetadata metadata;

    GgufTokenizerSource(GgufMetadata metadata) {
        this.metadata = metadata;
    }

    Tokenizer load() {
        String model = metadata.string(PREFIX + "model")
                .orElseThrow(() -> new IllegalArgumentException("GGUF metadata has no " + PREFIX + "model"));
        Scheme scheme = switch (model) {
            case "gpt2" -> Scheme.BYTE_LEVEL;
            case "llama" -> Scheme.SENTENCEPIECE;
            default -> throw new IllegalArgumentException(
                    "Tokenizer model '" + model + "' is not supported (gpt2 and llama are)");
        };
        Vocabulary vocabulary = vocabulary(scheme);
        ObjectNode json = scheme == Scheme.BYTE_LEVEL ? byteLevelBpe() : sentencePieceBpe(vocabulary);
        addUserDefined(json, vocabulary);
        Set<Integer> stops = new TreeSet<>();
        metadata.integer(PREFIX + "eos_token_id").ifPresent(stops::add);
        metadata.integer(PREFIX + "eot_token_id").ifPresent(stops::add);
        ChatTemplate template = ChatTemplate.choose(metadata.string("tokenizer.chat_template").orElse(null),
                vocabulary, metadata.integer(PREFIX + "bos_token_id").orElse(null));
        return new HuggingFaceBackedTokenizer(json, vocabulary, stops, template);
    }

    private Vocabulary vocabulary(Scheme scheme) {
        List<String> tokens = metadata.strings(PREFIX + "tokens");
        if (tokens.isEmpty()) {
            throw new IllegalArgumentException("GGUF metadata has no " + PREFIX + "tokens");
        }
        List<Number> types = sameLength("token_type", tokens);
        List<Kind> kinds = new ArrayList<>(tokens.size());
        for (int id = 0; id < tokens.size(); id++) {
            kinds.add(types.isEmpty() ? Kind.NORMAL : kind(types.get(id).intValue()));
        }
        return new Vocabulary(scheme, tokens, kinds);
    }

    /** llama.cpp's token types; unknown (2), control (3) and unused (5) never stand for text. */
    private static Kind kind(int type) {
        return switch (type) {
            case 0, 1 -> Kind.NORMAL;
            case 4 -> Kind.USER_DEFINED;
            case 6 -> Kind.BYTE;
            case 2, 3, 5 -> Kind.SPECIAL;
            default -> throw new IllegalArgumentException("Unknown GGUF token type " + type);
        };
    }

    private ObjectNode byteLevelBpe() {
        List<String> merges = metadata.strings(PREFIX + "merges");
        if (merges.isEmpty()) {
            throw new IllegalArgumentException("GGUF metadata has no " + PREFIX + "merges");
        }
        ObjectNode json = skeleton(false);
        String pre = metadata.string(PREFIX + "pre").orElse("default");
        switch (pre) {
            case "smollm" -> json.set("pre_tokenizer", sequence("pretokenizers",
                    object("Digits").put("individual_digits", true), byteLevel(true)));
            case "qwen2" -> {
                json.set("normalizer", object("NFC"));
                ObjectNode split = object("Split").put("behavior", "Isolated").put("invert", false);
                split.putObject("pattern").put("Regex", QWEN2);
                json.set("pre_tokenizer", sequence("pretokenizers", split, byteLevel(false)));
            }
            case "default", "gpt-2" -> json.set("pre_tokenizer", byteLevel(true));
            default -> throw new IllegalArgumentException(
                    "Pre-tokenizer '" + pre + "' is not supported (smollm, qwen2, gpt-2 and default are)");
        }
        json.set("decoder", byteLevel(true));
        ArrayNode array = ((ObjectNode) json.get("model")).putArray("merges");
        merges.forEach(array::add);
        return json;
    }

    private ObjectNode sentencePieceBpe(Vocabulary vocabulary) {
        ObjectNode json = skeleton(true);
        boolean spacePrefix = metadata.flag(PREFIX + "add_space_prefix", true);
        ObjectNode spaces = replace(" ", SPACE);
        ObjectNode back = replace(SPACE, " ");
        if (spacePrefix) {
            json.set("normalizer", sequence("normalizers", object("Prepend").put("prepend", SPACE), spaces));
            json.set("decoder", sequence("decoders", back, object("ByteFallback"), object("Fuse"),
                    object("Strip").put("content", " ").put("start", 1).put("stop", 0)));
        } else {
            json.set("normalizer", spaces);
            json.set("decoder", sequence("decoders", back, object("ByteFallback"), object("Fuse")));
        }
        ObjectNode model = (ObjectNode) json.get("model");
        metadata.integer(PREFIX + "unknown_token_id").map(vocabulary::text)
                .or(() -> vocabulary.find("<unk>").isPresent() ? Optional.of("<unk>")
                        : Optional.empty())
                .ifPresent(unknown -> model.put("unk_token", unknown));
        model.set("merges", mergesFromScores(vocabulary));
        return json;
    }

    private record Merge(String left, String right, float score, int leftId, int rightId) {
    }

    /** SentencePiece joins the neighbours whose union has the best score: every split of every piece, best first. */
    private ArrayNode mergesFromScores(Vocabulary vocabulary) {
        List<Number> scores = sameLength("scores", metadata.strings(PREFIX + "tokens"));
        if (scores.isEmpty()) {
            throw new IllegalArgumentException("GGUF metadata has no " + PREFIX + "scores");
        }
        List<Merge> merges = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.kind(id) != Kind.NORMAL) {
                continue;
            }
            String text = vocabulary.text(id);
            for (int at = text.offsetByCodePoints(0, text.isEmpty() ? 0 : 1); at < text.length();
                    at = text.offsetByCodePoints(at, 1)) {
                String left = text.substring(0, at);
                String right = text.substring(at);
                if (vocabulary.isNormal(left) && vocabulary.isNormal(right)) {
                    merges.add(new Merge(left, right, scores.get(id).floatValue(),
                            vocabulary.find(left).getAsInt(), vocabulary.find(right).getAsInt()));
                }
            }
        }
        merges.sort(Comparator.comparingDouble((Merge merge) -> -merge.score)
                .thenComparingInt(Merge::leftId).thenComparingInt(Merge::rightId));
        ArrayNode array = TokenizerJson.MAPPER.createArrayNode();
        merges.forEach(merge -> array.addArray().add(merge.left).add(merge.right));
        return array;
    }

    /** Matched after the spaces are replaced, except where this would also put a space before the token's text. */
    private void addUserDefined(ObjectNode json, Vocabulary vocabulary) {
        boolean normalized = vocabulary.scheme() == Scheme.SENTENCEPIECE
                && !metadata.flag(PREFIX + "add_space_prefix", true);
        ArrayNode added = json.putArray("added_tokens");
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.isRecognisedInText(id)) {
                added.addObject().put("id", id).put("content", vocabulary.text(id)).put("single_word", false)
                        .put("lstrip", false).put("rstrip", false).put("normalized", normalized)
                        .put("special", false);
            }
        }
    }

    private List<Number> sameLength(String key, List<String> tokens) {
        List<Number> numbers = metadata.numbers(PREFIX + key);
        if (!numbers.isEmpty() && numbers.size() != tokens.size()) {
            throw new IllegalArgumentException("GGUF metadata " + PREFIX + key + " has " + numbers.size()
                    + " entries for " + tokens.size() + " tokens");
        }
        return numbers;
    }

    private static ObjectNode skeleton(boolean byteFallback) {
        ObjectNode json = TokenizerJson.MAPPER.createObjectNode().put("version", "1.0");
        for (String key : List.of("truncation", "padding", "normalizer", "pre_tokenizer", "post_processor")) {
            json.putNull(key);
        }
        json.putObject("model").put("type", "BPE").putNull("dropout").putNull("unk_token")
                .putNull("continuing_subword_prefix").putNull("end_of_word_suffix").put("fuse_unk", byteFallback)
                .put("byte_fallback", byteFallback).put("ignore_merges", false);
        return json;
    }
}
