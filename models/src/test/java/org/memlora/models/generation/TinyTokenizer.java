package org.memlora.models.generation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.memlora.models.ChatMessage;
import org.memlora.models.tokenizer.Tokenizer;

/** Token 0 stops, tokens 1 .. 256 are the bytes, then random pieces of {@code sample}, split anywhere. Longest match. */
public final class TinyTokenizer implements Tokenizer {
    private final List<byte[]> tokens = new ArrayList<>();

    public TinyTokenizer(Random random, String sample, int pieces) {
        tokens.add(new byte[0]);
        for (int b = 0; b < 256; b++) {
            tokens.add(new byte[] {(byte) b});
        }
        byte[] bytes = sample.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < pieces; i++) {
            int from = random.nextInt(bytes.length - 1);
            tokens.add(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + 1 + random.nextInt(6))));
        }
    }

    @Override public int vocabularySize() { return tokens.size(); }

    @Override public int[] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        List<Integer> ids = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int best = 1 + (bytes[at] & 0xFF);
            for (int id = 257; id < tokens.size(); id++) {
                byte[] t = tokens.get(id);
                if (t.length > tokens.get(best).length && at + t.length <= bytes.length
                        && Arrays.equals(t, 0, t.length, bytes, at, at + t.length)) {
                    best = id;
                }
            }
            ids.add(best);
            at += tokens.get(best).length;
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override public String decode(int[] ids) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Arrays.stream(ids).forEach(id -> out.writeBytes(tokens.get(id)));
        return out.toString(StandardCharsets.UTF_8);
    }

    @Override public byte[] tokenBytes(int id) { return tokens.get(id); }
    @Override public boolean isSpecial(int id) { return id == 0; }
    @Override public Set<Integer> stopTokens() { return Set.of(0); }
    @Override public int[] encodeChat(List<ChatMessage> messages) {
        return encode(String.join("\n", messages.stream().map(ChatMessage::content).toList()));
    }
}
