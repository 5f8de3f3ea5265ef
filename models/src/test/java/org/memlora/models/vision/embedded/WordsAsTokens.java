package org.memlora.models.vision.embedded;

import java.util.List;
import java.util.Set;
import org.memlora.models.ChatMessage;
import org.memlora.models.tokenizer.Tokenizer;

/** Whole texts as tokens: their places in a list; any other is token 0. */
record WordsAsTokens(List<String> texts) implements Tokenizer {

    @Override
    public int vocabularySize() {
        return texts.size();
    }

    @Override
    public int[] encode(String text) {
        return new int[] {Math.max(0, texts.indexOf(text))};
    }

    @Override
    public String decode(int[] ids) {
        throw new UnsupportedOperationException();
    }

    @Override
    public byte[] tokenBytes(int id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isSpecial(int id) {
        return false;
    }

    @Override
    public Set<Integer> stopTokens() {
        return Set.of();
    }

    @Override
    public int[] encodeChat(List<ChatMessage> messages) {
        throw new UnsupportedOperationException();
    }
}
