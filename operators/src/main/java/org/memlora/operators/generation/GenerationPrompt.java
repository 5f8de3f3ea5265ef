package org.memlora.operators.generation;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.memlora.models.ChatMessage;
import org.memlora.models.grammar.Grammar;
import org.memlora.operators.extraction.RelativeDates;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.operators.memory.Words;

/**
 * Prompt and grammar of generation; the output, one line, is the answer.
 *
 * <p>A fact of one line is found better than what was said, and keeps fewer of its details: so the turns that the best memories rest on
 * stand in their place, each once.
 */
public final class GenerationPrompt {

    public static final Grammar GRAMMAR = Grammar.lineExcept("");

    /** The answer to a question that the memories don't answer; the words of the base's instruction. */
    public static final String NOT_MENTIONED = "not mentioned";

    /** The best memories, that are told by their turns. */
    static final int QUOTED = 2;

    private static final String EXPERT_INSTRUCTION = "Answer from the memories in a few words.";

    private static final String BASE_INSTRUCTION = """
            Answer the question from the memories, with as few words as possible and no full sentence. Use the words \
            of the memories. Give dates as written, not "yesterday". If memories disagree, the latest one counts. \
            If the memories don't tell, answer: not mentioned.""";

    private GenerationPrompt() { }

    /** @param expert whether the stage's expert reads it: the short instruction then */
    public static List<ChatMessage> messages(QuestionContext context, boolean expert) {
        StringBuilder text = new StringBuilder("Memories:\n");
        told(context).forEach(line -> text.append("- ").append(line.shown()).append('\n'));
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
     * The lines of the memories. A turn of which something has ended is not told: it would say that as if it held. A memory whose turns
     * stand there already needs no line of its own, and the next one takes its place.
     */
    static Collection<ToldLine> told(QuestionContext context) {
        List<ScoredMemory> memories = context.memories();
        Set<String> ended = memories.stream().map(ScoredMemory::memory).filter(memory -> memory.validTo().isPresent())
                .flatMap(memory -> memory.sourceEventIds().stream()).collect(Collectors.toSet());
        Map<String, ToldLine> lines = new LinkedHashMap<>();
        Set<String> quoted = new HashSet<>();
        int left = context.told();
        for (int i = 0; i < memories.size() && left > 0; i++) {
            Memory memory = memories.get(i).memory();
            List<String> turns = i < QUOTED && Collections.disjoint(memory.sourceEventIds(), ended) ? turns(memory) : List.of();
            if (!turns.isEmpty()) {
                turns.forEach(turn -> add(lines, dated(day(memory.validFrom()), turn, memory.text())));
                quoted.addAll(memory.sourceEventIds());
                left--;
            } else if (memory.sourceEventIds().isEmpty() || !quoted.containsAll(memory.sourceEventIds())) {
                add(lines, line(memory));
                left--;
            }
        }
        return lines.values();
    }

    /** Each line once; of a turn that two memories rest on, both facts. */
    private static void add(Map<String, ToldLine> lines, ToldLine line) {
        lines.merge(line.shown(), line, (one, other) -> new ToldLine(one.shown(), one.text(), one.fact() + "\n" + other.fact()));
    }

    private static List<String> turns(Memory memory) {
        return memory.said().map(Memory.Said::lines).orElse(List.of());
    }

    /**
     * "19 May 2023: fact": the day it happened, else the day it was said, unless the fact itself names that day (a date is a quarter of a
     * line's tokens); closed ones say until when they held. A week or weekend is no day: it stands beside the day it was said.
     */
    private static ToldLine line(Memory memory) {
        String text = Words.oneLine(memory.text());
        LocalDate day = memory.occurredOn().filter(happened -> !text.matches(".*\\bweek(?:end)? of " + happened + ".*")).orElseGet(() -> day(memory.validFrom()));
        String until = memory.validTo().map(end -> " (until " + DatesInWords.of(day(end)) + ")").orElse("");
        return dated(day, text + until, text);
    }

    private static ToldLine dated(LocalDate day, String text, String fact) {
        String words = DatesInWords.in(text);
        return new ToldLine((text.contains(day.toString()) ? "" : DatesInWords.of(day) + ": ") + words, words, fact);
    }

    private static LocalDate day(Instant time) {
        return time.atZone(ZoneOffset.UTC).toLocalDate();
    }
}
