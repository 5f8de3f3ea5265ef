package org.memlora.models.tokenizer;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.memlora.models.ChatMessage;

/** Text to token ids and back. Threading: may be called by all threads. */
public interface Tokenizer {

    int vocabularySize();

    /** Ids of plain text: special tokens in it are not recognised, none are added. */
    int[] encode(String text);

    String decode(int[] ids);

    /** UTF-8 bytes that the token stands for; a token may hold part of a character. Empty for special tokens. */
    byte[] tokenBytes(int id);

    boolean isSpecial(int id);

    /** Tokens that end a completion. */
    Set<Integer> stopTokens();

    /** The messages in the base's chat template, up to and including the header of the assistant's reply. */
    int[] encodeChat(List<ChatMessage> messages);

    /**
     * The same with a picture at the start of the last message, where the template has pictures.
     *
     * @param picture its tokens, any numbers: they go into the prompt as they are
     * @throws UnsupportedOperationException if this tokenizer's template has no place for pictures
     */
    default int[] encodeChat(List<ChatMessage> messages, int[] picture) {
        throw new UnsupportedOperationException("the chat template has no place for pictures");
    }

    /** The id of a token by its text in the vocabulary, special or not; empty where there is none. */
    default OptionalInt find(String token) {
        return OptionalInt.empty();
    }
}
