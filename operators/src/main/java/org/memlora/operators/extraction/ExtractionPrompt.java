package org.memlora.operators.extraction;

import java.util.List;
import java.util.stream.Collectors;
import org.memlora.models.ChatMessage;
import org.memlora.models.grammar.Grammar;
import org.memlora.operators.memory.Words;

/**
 * Prompt, grammar and parser of extraction.
 *
 * <p>Output: {@code NONE}, or one to {@value #MOST_FACTS} lines {@code - fact}. The paper's JSON list (section 3.1)
 * says the same in more tokens.
 */
public final class ExtractionPrompt {

    public static final int MOST_FACTS = 6;
    public static final String NONE = "NONE";
    private static final String BULLET = "- ";

    public static final Grammar GRAMMAR = Grammar.choice(
            Grammar.literal(NONE),
            Grammar.sequence(fact(), Grammar.repeat(Grammar.sequence(Grammar.literal("\n"), fact()), 0, MOST_FACTS - 1)));

    private static final String EXPERT_INSTRUCTION = "Extract the facts worth remembering, one a line as \"- fact\", or NONE.";

    private static final String BASE_INSTRUCTION = """
            You write down facts about people for a long-term memory. Read the dialogue. Write each lasting fact about a \
            speaker (events, plans, possessions, relations, likes, work, dates) as one line "- fact". Start each fact with \
            the person's name and keep names, numbers and dates. Greetings, thanks, questions and praise are no facts: \
            if there is nothing else, write NONE.
            Example dialogue:
            Ana: I adopted a cat on 2023-04-02! His name is Milo.
            Ben: How sweet! I'm allergic to cats.
            Example output:
            - Ana adopted a cat named Milo on 2023-04-02.
            - Ben is allergic to cats.
            Example dialogue:
            Ana: Hi Ben, how are you?
            Ben: Great, thanks for asking!
            Example output:
            NONE""";

    private ExtractionPrompt() { }

    /** @param expert whether the stage's expert reads it: the short instruction then */
    public static List<ChatMessage> messages(Exchange exchange, boolean expert) {
        String instruction = expert ? EXPERT_INSTRUCTION : BASE_INSTRUCTION;
        return List.of(ChatMessage.system(instruction), ChatMessage.user((expert ? "" : "Dialogue:\n") + dialogue(exchange)));
    }

    /** A line per turn. */
    static String dialogue(Exchange exchange) {
        return exchange.turns().stream().map(ExtractionPrompt::line).collect(Collectors.joining("\n"));
    }

    /** A turn as the model reads it: one line, its dates absolute. */
    public static String line(DialogueTurn turn) {
        String picture = turn.pictureDescription().map(text -> " [shares a picture: " + text + "]").orElse("");
        return Words.oneLine(turn.speaker() + ": " + RelativeDates.resolve(turn.text(), turn.day()) + picture);
    }

    /** These facts as an output of {@link #GRAMMAR}: what {@link #parse} reads. */
    public static String output(List<String> facts) {
        return facts.isEmpty() ? NONE : facts.stream().map(fact -> BULLET + fact).collect(Collectors.joining("\n"));
    }

    /** The facts of an output of {@link #GRAMMAR}. */
    static List<String> parse(String output) {
        if (output.equals(NONE)) {
            return List.of();
        }
        return output.lines().map(line -> line.substring(BULLET.length()).strip()).filter(fact -> !fact.isEmpty()).toList();
    }

    private static Grammar fact() {
        return Grammar.sequence(Grammar.literal(BULLET), Grammar.lineExcept(""));
    }
}
