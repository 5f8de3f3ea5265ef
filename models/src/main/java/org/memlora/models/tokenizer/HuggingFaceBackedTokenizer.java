package org.memlora.models.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.memlora.models.ChatMessage;

/**
 * Tokenizer on the Hugging Face library, whose instance here knows no special token ({@link TokenizerJson}): these
 * enter a prompt by their ids only. Bytes that a vocabulary lacks (rare control bytes in SmolLM2's) are left out, as
 * the original tokenizers do. The native instance is thread-safe and freed with this object.
 */
final class HuggingFaceBackedTokenizer implements Tokenizer {
    static {
        // The library's telemetry, and its download of a CUDA build, must not be tried.
        setIfAbsent("OPT_OUT_TRACKING", "true");
        setIfAbsent("RUST_FLAVOR", "cpu");
    }

    private static final Map<String, String> OPTIONS =
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");
    private static final List<String> END_MARKERS =
            List.of("<|im_end|>", "<end_of_turn>", "<|endoftext|>", "<|eot_id|>", "<end_of_utterance>");

    private final Vocabulary vocabulary;
    private final Set<Integer> stopTokens;
    private final ChatTemplate template;
    private final HuggingFaceTokenizer library;

    HuggingFaceBackedTokenizer(ObjectNode json, Vocabulary vocabulary, Set<Integer> stops, ChatTemplate template) {
        this.vocabulary = vocabulary;
        this.template = template;
        Set<Integer> all = new TreeSet<>(stops);
        for (String marker : END_MARKERS) {
            vocabulary.findSpecial(marker).ifPresent(all::add);
        }
        if (all.isEmpty()) {
            throw new IllegalArgumentException("The tokenizer has no end-of-sequence token");
        }
        all.forEach(this::check);
        this.stopTokens = Collections.unmodifiableSet(all);
        TokenizerJson.removeSpecialTokens(json, vocabulary);
        try {
            byte[] text = TokenizerJson.MAPPER.writeValueAsBytes(json);
            this.library = HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(text), OPTIONS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int vocabularySize() {
        return vocabulary.size();
    }

    @Override
    public int[] encode(String text) {
        if (text.isEmpty()) {
            return new int[0];
        }
        return Arrays.stream(library.encode(wellFormed(text), false, false).getIds()).mapToInt(Math::toIntExact)
                .toArray();
    }

    /** Special tokens are left out. */
    @Override
    public String decode(int[] ids) {
        long[] ordinary = Arrays.stream(ids).filter(id -> !isSpecial(id)).asLongStream().toArray();
        return ordinary.length == 0 ? "" : library.decode(ordinary, false);
    }

    @Override
    public byte[] tokenBytes(int id) {
        return vocabulary.bytes(check(id));
    }

    @Override
    public boolean isSpecial(int id) {
        return vocabulary.isSpecial(check(id));
    }

    @Override
    public Set<Integer> stopTokens() {
        return stopTokens;
    }

    @Override
    public OptionalInt find(String token) {
        return vocabulary.find(token);
    }

    @Override
    public int[] encodeChat(List<ChatMessage> messages) {
        return encodeChat(messages, ChatTemplate.NO_PICTURE);
    }

    @Override
    public int[] encodeChat(List<ChatMessage> messages, int[] picture) {
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("A prompt needs at least one message");
        }
        IntStream.Builder ids = IntStream.builder();
        template.render(messages, picture, new ChatTemplate.Sink() {
            @Override
            public void control(int id) {
                ids.add(id);
            }

            @Override
            public void text(String text) {
                for (int id : encode(text)) {
                    ids.add(id);
                }
            }
        });
        return ids.build().toArray();
    }

    private int check(int id) {
        if (id < 0 || id >= vocabulary.size()) {
            throw new IllegalArgumentException("Token id " + id + " is outside the vocabulary of "
                    + vocabulary.size());
        }
        return id;
    }

    /** Lone surrogates have no UTF-8. */
    private static String wellFormed(String text) {
        StringBuilder fixed = null;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (!Character.isSurrogate(character)) {
                continue;
            }
            if (Character.isHighSurrogate(character) && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            fixed = fixed == null ? new StringBuilder(text) : fixed;
            fixed.setCharAt(i, '\uFFFD');
        }
        return fixed == null ? text : fixed.toString();
    }

    private static void setIfAbsent(String key, String value) {
        if (System.getenv(key) == null && System.getProperty(key) == null) {
            System.setProperty(key, value);
        }
    }
}
