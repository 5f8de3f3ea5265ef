package org.memlora.operators.generation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.operators.memory.Words;

/**
 * What an answer rests on: the lines that the model was told, and of whom each of them speaks. A small model answers "What pet does Ann
 * have?" with Ben's dog, and goes on with a list of books beyond those that it was told.
 */
final class AnswerGrounding {

    /** The answer to a question that the memories don't answer. */
    static final String NOT_MENTIONED = "not mentioned";

    private static final Pattern SPEAKER = Pattern.compile("([^:]{1,60}): .*");

    private final String question;
    private final Collection<ToldLine> lines;
    private final Set<String> speakers = new LinkedHashSet<>();
    private final Set<String> names;
    private final Set<String> told = new HashSet<>();

    AnswerGrounding(QuestionContext context) {
        question = context.question();
        lines = GenerationPrompt.told(context);
        for (ScoredMemory scored : context.memories()) {
            Memory memory = scored.memory();
            List<String> turns = memory.said().map(Memory.Said::lines).filter(said -> !said.isEmpty()).orElse(List.of(memory.text()));
            turns.stream().map(SPEAKER::matcher).filter(Matcher::matches).forEach(turn -> speakers.add(turn.group(1)));
        }
        names = Words.content(String.join(" ", speakers));
        lines.forEach(line -> told.addAll(Words.content(line.shown())));
        told.addAll(Words.content(question));
    }

    /** The answer without further items of a list none of whose words was told; dates and numbers stay, as they may be counted or reckoned. */
    String withoutInventedItems(String answer) {
        List<String> kept = new ArrayList<>();
        for (String item : answer.split(",\\s+")) {
            Set<String> words = Words.content(item);
            if (kept.isEmpty() || words.isEmpty() || item.chars().anyMatch(Character::isDigit) || words.stream().anyMatch(told::contains)) {
                kept.add(item);
            }
        }
        return String.join(", ", kept);
    }

    /**
     * Why the answer to a question about one speaker is about another one, if it is: the lines that hold most of its words, at least
     * half of them, all speak of others and none names who was asked about.
     */
    Optional<String> somebodyElse(String answer) {
        List<String> asked = speakers.stream().filter(speaker -> isNamed(speaker, question)).toList();
        Set<String> words = Words.content(answer);
        words.removeAll(names);
        if (asked.size() != 1 || words.isEmpty()) {
            return Optional.empty();
        }
        List<ToldLine> support = support(words);
        Set<String> others = support.stream().map(this::subject).map(subject -> subject.orElse(asked.get(0))).collect(Collectors.toCollection(LinkedHashSet::new));
        boolean isAsked = support.isEmpty() || others.contains(asked.get(0)) || support.stream().anyMatch(line -> isNamed(asked.get(0), line.text()));
        return isAsked ? Optional.empty() : Optional.of("SOMEBODY_ELSE: \"" + answer + "\" stands in what is remembered of " + String.join(" and ", others)
                + ", not of " + asked.get(0));
    }

    /** The lines with most of the words; none if that is less than half. */
    private List<ToldLine> support(Set<String> words) {
        List<ToldLine> best = new ArrayList<>();
        int most = Math.max(1, (words.size() + 1) / 2);
        for (ToldLine line : lines) {
            Set<String> held = Words.content(line.shown());
            held.retainAll(words);
            if (held.size() > most) {
                most = held.size();
                best.clear();
            }
            if (held.size() == most) {
                best.add(line);
            }
        }
        return best;
    }

    /** The speaker whom the line begins with: who says it, or of whom the fact is. The longest, where one name begins another. */
    private Optional<String> subject(ToldLine line) {
        return speakers.stream().filter(speaker -> (Words.normalised(line.text()) + " ").startsWith(Words.normalised(speaker) + " "))
                .max((one, other) -> Integer.compare(one.length(), other.length()));
    }

    private static boolean isNamed(String speaker, String text) {
        return (" " + Words.normalised(text) + " ").contains(" " + Words.normalised(speaker) + " ");
    }
}
