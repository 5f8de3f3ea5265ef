package org.memlora.operators.generation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
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
 * have?" with Ben's dog, and goes on with a list of books beyond those that it was told. Speakers are known from the memories read:
 * where none of them is of who is asked about, nothing is declined. English.
 */
final class AnswerGrounding {

    private static final Pattern SPEAKER = Pattern.compile("([^:]{1,60}): .*");
    /** Of a fact, which may hold a colon, too: "Ann: ...", not "Ann shared a picture: ...". */
    private static final Pattern SHORT_SPEAKER = Pattern.compile("([^:\\s'\u2019]+(?: [^:\\s'\u2019]+)?): .*");
    /** Who says it to somebody, or asks, may speak of him. */
    private static final Pattern ADDRESSES = Pattern.compile("(?i)\\b(?:you|your|yours|u|ur)\\b|\\?\\s*$");
    /** Found anywhere, or reckoned: they tell nothing of whom a line speaks. */
    private static final Set<String> COMMON_WORDS = Words.content("yes no not mentioned likely probably one two three four five six seven eight nine ten once twice "
            + "January February March April May June July August September October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday");
    private static final int LEAST_ROOT = 3;

    private final String question;
    private final Collection<ToldLine> lines;
    private final Set<String> speakers = new LinkedHashSet<>();
    private final Set<String> told = new HashSet<>();

    AnswerGrounding(QuestionContext context) {
        question = context.question();
        lines = GenerationPrompt.told(context);
        for (ScoredMemory scored : context.memories()) {
            Memory memory = scored.memory();
            memory.said().map(Memory.Said::lines).orElse(List.of()).forEach(turn -> addSpeaker(SPEAKER.matcher(turn)));
            addSpeaker(SHORT_SPEAKER.matcher(memory.text()));
        }
        lines.forEach(line -> told.addAll(Words.content(line.shown())));
        told.addAll(Words.content(question));
    }

    private void addSpeaker(Matcher turn) {
        if (turn.matches()) {
            speakers.add(turn.group(1));
        }
    }

    /** The answer without further items of a list none of whose words was told, in any form; days and numbers by themselves stay, as they may be reckoned. */
    String withoutInventedItems(String answer) {
        List<String> kept = new ArrayList<>();
        for (String item : answer.split(",\\s+")) {
            if (kept.isEmpty() || isTold(item)) {
                kept.add(item);
            }
        }
        return String.join(", ", kept);
    }

    private boolean isTold(String item) {
        Set<String> words = Words.content(item);
        return words.stream().allMatch(AnswerGrounding::isCommon) || words.stream().anyMatch(word -> told.stream().anyMatch(other -> haveOneRoot(word, other)));
    }

    /** "bak" of "baking" and "bake": what stands for words in retrieval is cut too short or too long to compare as it is. */
    private static boolean haveOneRoot(String one, String other) {
        int shorter = Math.min(one.length(), other.length());
        int root = shorter <= LEAST_ROOT ? shorter : Math.max(LEAST_ROOT, shorter - 1);
        return one.equals(other) || shorter >= LEAST_ROOT && one.regionMatches(0, other, 0, root);
    }

    private static boolean isCommon(String word) {
        return COMMON_WORDS.contains(word) || word.chars().anyMatch(Character::isDigit);
    }

    /**
     * Why the answer to a question about one speaker is about another one, if it is: the lines that hold most of its words, at least
     * half of them, all are of others, who don't speak to anybody there, and neither they nor their facts name who was asked about.
     */
    Optional<String> somebodyElse(String answer) {
        Set<String> words = Words.content(answer);
        words.removeAll(Words.content(String.join(" ", speakers)));
        words.removeIf(AnswerGrounding::isCommon);
        Optional<String> asked = asked();
        if (asked.isEmpty() || words.isEmpty()) {
            return Optional.empty();
        }
        List<ToldLine> support = support(words);
        if (support.isEmpty() || support.stream().anyMatch(line -> maySpeakOf(asked.get(), line))) {
            return Optional.empty();
        }
        String others = support.stream().map(line -> subject(line).orElseThrow()).distinct().collect(Collectors.joining(" and "));
        return Optional.of("SOMEBODY_ELSE: \"" + answer + "\" stands in what is remembered of " + others + ", not of " + asked.get());
    }

    /** The only speaker whom the question names, in the name's own letters: "will" is no Will, and "Will" at the beginning may be none. */
    private Optional<String> asked() {
        List<String> named = speakers.stream().filter(speaker -> isNamed(speaker, question)).toList();
        return named.size() == 1 && question.indexOf(named.get(0)) > 0 ? Optional.of(named.get(0)) : Optional.empty();
    }

    private boolean maySpeakOf(String speaker, ToldLine line) {
        return subject(line).filter(subject -> !subject.equals(speaker)).isEmpty() || isNamed(speaker, line.text()) || isNamed(speaker, line.fact())
                || ADDRESSES.matcher(line.text()).find();
    }

    /** The lines with most of the words; none if that is less than half. */
    private List<ToldLine> support(Set<String> words) {
        List<ToldLine> best = new ArrayList<>();
        int most = (words.size() + 1) / 2;
        for (ToldLine line : lines) {
            Set<String> held = Words.content(line.text());
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
                .max(Comparator.comparingInt(String::length));
    }

    private static boolean isNamed(String speaker, String text) {
        return (" " + Words.normalised(text) + " ").contains(" " + Words.normalised(speaker) + " ");
    }
}
