package org.memlora.models.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** The tokens of a base: their text in the vocabulary's own alphabet, their kind, and the bytes that they stand for. */
final class Vocabulary {

    /** How the text of a token stands for bytes. */
    enum Scheme {
        /** GPT-2: one printable character a byte. */
        BYTE_LEVEL,
        /** UTF-8 with U+2581 for the space, and {@code <0xNN>} for single bytes. */
        SENTENCEPIECE
    }

    enum Kind { NORMAL, USER_DEFINED, BYTE, SPECIAL }

    private static final byte[] NO_BYTES = {};
    private static final Pattern BYTE = Pattern.compile("<0x[0-9A-Fa-f]{2}>");
    /** Control tokens that some files do not mark as such. */
    private static final Pattern CONTROL = Pattern.compile(
            "<\\|[^|<>\\s]+\\|>|<(bos|eos|pad|start_of_turn|end_of_turn|start_of_image|end_of_image|unused\\d+)>");
    private static final int[] BYTE_OF_CHARACTER = byteLevelAlphabet();

    private final Scheme scheme;
    private final String[] texts;
    private final Kind[] kinds;
    private final byte[][] bytes;
    private final Map<String, Integer> ids;

    /**
     * @param texts text of each id; null where an id has no token (it then counts as special)
     * @param kinds as the file has it; corrected here for control tokens and bytes
     */
    Vocabulary(Scheme scheme, List<String> texts, List<Kind> kinds) {
        this.scheme = scheme;
        int size = texts.size();
        this.texts = texts.toArray(String[]::new);
        this.kinds = new Kind[size];
        this.bytes = new byte[size][];
        this.ids = new HashMap<>(size * 2);
        for (int id = 0; id < size; id++) {
            String text = this.texts[id];
            this.kinds[id] = kind(text, kinds.get(id));
            this.bytes[id] = bytesOf(text, this.kinds[id]);
            if (text != null) {
                ids.putIfAbsent(text, id);
            }
        }
    }

    int size() {
        return texts.length;
    }

    Scheme scheme() {
        return scheme;
    }

    /** Null where the id has no token. */
    String text(int id) {
        return texts[id];
    }

    Kind kind(int id) {
        return kinds[id];
    }

    boolean isSpecial(int id) {
        return kinds[id] == Kind.SPECIAL;
    }

    boolean isNormal(String text) {
        Integer id = ids.get(text);
        return id != null && kinds[id] == Kind.NORMAL;
    }

    byte[] bytes(int id) {
        return bytes[id].clone();
    }

    OptionalInt find(String text) {
        Integer id = ids.get(text);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    OptionalInt findSpecial(String text) {
        OptionalInt id = find(text);
        return id.isPresent() && isSpecial(id.getAsInt()) ? id : OptionalInt.empty();
    }

    /**
     * Whether text may become this token without a merge. SentencePiece's user-defined pieces (runs of spaces, HTML
     * tags) do; of a byte-level vocabulary only white space does, so that a {@code <tool_call>} in a text stays text.
     */
    boolean isRecognisedInText(int id) {
        return kinds[id] == Kind.USER_DEFINED && (scheme == Scheme.SENTENCEPIECE || texts[id].isBlank());
    }

    private Kind kind(String text, Kind stated) {
        if (text == null || stated == Kind.SPECIAL || CONTROL.matcher(text).matches()) {
            return Kind.SPECIAL;
        }
        return scheme == Scheme.SENTENCEPIECE && BYTE.matcher(text).matches() ? Kind.BYTE : stated;
    }

    private byte[] bytesOf(String text, Kind kind) {
        return switch (kind) {
            case SPECIAL -> NO_BYTES;
            case BYTE -> new byte[] {(byte) Integer.parseInt(text.substring(3, 5), 16)};
            case USER_DEFINED, NORMAL -> scheme == Scheme.SENTENCEPIECE
                    ? text.replace('\u2581', ' ').getBytes(StandardCharsets.UTF_8)
                    : byteLevelBytes(text);
        };
    }

    /** As the library: a text with a character outside the alphabet stands for itself. */
    private static byte[] byteLevelBytes(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            int value = character < BYTE_OF_CHARACTER.length ? BYTE_OF_CHARACTER[character] : -1;
            if (value < 0) {
                return text.getBytes(StandardCharsets.UTF_8);
            }
            out.write(value);
        }
        return out.toByteArray();
    }

    /** GPT-2's alphabet: printable Latin-1 bytes are themselves, the others U+0100 onwards in order. */
    private static int[] byteLevelAlphabet() {
        int[] byteOf = new int[512];
        Arrays.fill(byteOf, -1);
        int next = 256;
        for (int value = 0; value < 256; value++) {
            boolean printable = value >= '!' && value <= '~' || value >= 0xA1 && value <= 0xAC || value >= 0xAE;
            byteOf[printable ? value : next++] = value;
        }
        return byteOf;
    }
}
