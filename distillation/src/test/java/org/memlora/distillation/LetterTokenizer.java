package org.memlora.distillation;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.memlora.models.ChatMessage;
import org.memlora.models.tokenizer.Tokenizer;

/** One token per character, for models with a vocabulary of 100: 1 begins and 2 ends a message. */
public final class LetterTokenizer implements Tokenizer {
    private static final int FIRST = 3;
    private static final int SIZE = 100;

    @Override
    public int vocabularySize() {
        return SIZE;
    }

    @Override
    public int[] encode(String text) {
        return text.chars().map(c -> FIRST + c % (SIZE - FIRST)).toArray();
    }

    @Override
    public String decode(int[] ids) {
        throw new UnsupportedOperationException("characters share tokens");
    }

    @Override
    public byte[] tokenBytes(int id) {
        throw new UnsupportedOperationException("characters share tokens");
    }

    @Override
    public boolean isSpecial(int id) {
        return id < FIRST;
    }

    @Override
    public Set<Integer> stopTokens() {
        return Set.of(2);
    }

    @Override
    public int[] encodeChat(List<ChatMessage> messages) {
        int[] tokens = {1};
        for (ChatMessage message : messages) {
            int[] content = encode(message.content());
            int from = tokens.length;
            tokens = Arrays.copyOf(tokens, from + content.length + 2);
            System.arraycopy(content, 0, tokens, from, content.length);
            tokens[from + content.length] = 2;
            tokens[from + content.length + 1] = 1;
        }
        return tokens;
    }

    /** The picture right behind the token that begins the last message. */
    @Override
    public int[] encodeChat(List<ChatMessage> messages, int[] picture) {
        int[] before = encodeChat(messages.subList(0, messages.size() - 1));
        int[] last = encodeChat(messages.subList(messages.size() - 1, messages.size()));
        int[] tokens = Arrays.copyOf(before, before.length + picture.length + last.length - 1);
        System.arraycopy(picture, 0, tokens, before.length, picture.length);
        System.arraycopy(last, 1, tokens, before.length + picture.length, last.length - 1);
        return tokens;
    }
}
