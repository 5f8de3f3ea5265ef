package org.memlora.operators.vision;

import java.util.List;
import org.memlora.models.ChatMessage;
import org.memlora.models.grammar.Grammar;
import org.memlora.operators.memory.Words;

/** Prompts and grammar of the vision stage; the output, one line, is the description or the answer. The picture stands before the user's text. */
public final class VisionPrompt {

    public static final Grammar GRAMMAR = Grammar.lineExcept("");

    /** What the base answers where a picture doesn't tell, as {@link Words#normalised} has it. */
    public static final String NOT_VISIBLE = "not visible";

    private static final String DESCRIBE_EXPERT = "Describe the picture in one sentence.";

    private static final String DESCRIBE_BASE = """
            Say in one sentence what the picture shows: what it is, how many of it, the colours, and anything unusual. \
            Say only what can be seen.""";

    private static final String ASKS_FOR_DESCRIPTION = "What does the picture show?";

    private static final String ANSWER_EXPERT = "Answer about the picture in one word.";

    private static final String ANSWER_BASE = """
            Answer the question about the picture with one word or number where that is enough, and no full sentence. \
            If the picture doesn't tell, answer: \
            """ + NOT_VISIBLE + ".";

    private VisionPrompt() { }

    /** @param expert whether the stage's expert reads it: the short instruction then */
    public static List<ChatMessage> description(boolean expert) {
        return List.of(ChatMessage.system(expert ? DESCRIBE_EXPERT : DESCRIBE_BASE), ChatMessage.user(ASKS_FOR_DESCRIPTION));
    }

    /** @param expert as above */
    public static List<ChatMessage> question(String question, boolean expert) {
        return List.of(ChatMessage.system(expert ? ANSWER_EXPERT : ANSWER_BASE), ChatMessage.user(Words.oneLine(question)));
    }
}
