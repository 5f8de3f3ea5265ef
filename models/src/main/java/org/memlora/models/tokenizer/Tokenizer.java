package org.memlora.models.tokenizer;

import java.util.List;
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
}
