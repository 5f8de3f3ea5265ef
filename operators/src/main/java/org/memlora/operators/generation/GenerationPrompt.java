package org.memlora.operators.generation;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.memlora.models.ChatMessage;
import org.memlora.models.grammar.Grammar;
import org.memlora.operators.extraction.RelativeDates;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.operators.memory.Words;

/** Prompt and grammar of generation; the output, one line, is the answer. */
public final class GenerationPrompt {

    public static final Grammar GRAMMAR = Grammar.lineExcept("");

    private static final String EXPERT_INSTRUCTION = "Answer from the memories in a few words.";

    private static final String BASE_INSTRUCTION = """
            Answer the question from the memories, with as few words as possible and no full sentence. Use the words \
            of the memories. Give dates as written, not "yesterday". If memories disagree, the latest one counts. \
            If the memories don't tell, answer: not mentioned.""";

    private GenerationPrompt() { }

    /** @param expert whether the stage's expert reads it: the short instruction then */
    public static List<ChatMessage> messages(QuestionContext context, boolean expert) {
        StringBuilder text = new StringBuilder("Memories:\n");
        for (ScoredMemory scored : context.memories()) {
            text.append("- ").append(line(scored.memory())).append('\n');
        }
        text.append("Question: ").append(DatesInWords.in(Words.oneLine(RelativeDates.resolve(context.question(), day(context.time())))));
        return List.of(ChatMessage.system(expert ? EXPERT_INSTRUCTION : BASE_INSTRUCTION), ChatMessage.user(text.toString()));
    }

    /** The answer of an output. Small models get caught in lists: an item that stood before is left out; a year belongs to its date ("May 7, 2023, and July 3, 2023"). */
    static String parse(String output) {
        List<String> kept = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String item : output.strip().split(",\\s+")) {
            String words = Words.normalised(item);
            if (!item.isBlank() && (words.isEmpty() || seen.add(words) || words.matches("\\d{4}"))) {
                kept.add(item);
            }
        }
        return kept.isEmpty() ? output.strip() : String.join(", ", kept);
    }

    /**
     * "19 May 2023: fact": the day it happened, else the day it was said, unless the fact itself names that day (a date is a quarter of a
     * line's tokens); closed ones say until when they held. A week or weekend is no day: it stands beside the day it was said.
     */
    private static String line(Memory memory) {
        String text = Words.oneLine(memory.text());
        LocalDate day = memory.occurredOn().filter(happened -> !text.matches(".*\\bweek(?:end)? of " + happened + ".*")).orElseGet(() -> day(memory.validFrom()));
        String until = memory.validTo().map(end -> " (until " + DatesInWords.of(day(end)) + ")").orElse("");
        return (text.contains(day.toString()) ? "" : DatesInWords.of(day) + ": ") + DatesInWords.in(text) + until;
    }

    private static LocalDate day(Instant time) {
        return time.atZone(ZoneOffset.UTC).toLocalDate();
    }
}
