package org.memlora.distillation.examples;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.memlora.operators.extraction.DialogueTurn;
import org.memlora.operators.extraction.RelativeDates;
import org.memlora.operators.memory.Words;

/**
 * Facts with their dates. Large models' facts often lose when something happened ("I won last week" -> "Nate won"), and a
 * question about it can't be answered any more; the date is taken over from the sentence of the turn that says the same.
 */
final class FactDates {
    private static final Pattern SENTENCE = Pattern.compile("[^.!?]+[.!?]*");
    private static final Pattern DATE = Pattern.compile("(?:\\b(?:on|in|around|since|by|until|from|for) )?(?:the week(?:end)? of )?"
            + "\\b(?:\\d{4}-\\d{2}-\\d{2}|\\p{Lu}\\p{L}+ \\d{4}|\\d{4})\\b");
    private static final int SHARED_WORDS = 2;

    private FactDates() { }

    /** The fact with its relative dates resolved; where it has no date, the one of the turn's sentence that it comes from. */
    static String dated(String fact, DialogueTurn turn) {
        LocalDate day = turn.day();
        String resolved = RelativeDates.resolve(Words.oneLine(fact), day);
        if (!resolved.equals(Words.oneLine(fact)) || DATE.matcher(resolved).find()) {
            return resolved;
        }
        String date = "";
        int most = SHARED_WORDS - 1;
        for (String sentence : sentences(turn.text())) {
            List<String> dates = newDates(sentence, RelativeDates.resolve(sentence, day));
            int shared = shared(fact, sentence, turn.speaker());
            if (dates.size() == 1 && shared > most) {
                date = dates.get(0);
                most = shared;
            }
        }
        return date.isEmpty() ? resolved : resolved.replaceFirst("\\.?$", Matcher.quoteReplacement(" " + withPreposition(date) + "."));
    }

    private static List<String> sentences(String text) {
        return SENTENCE.matcher(text).results().map(match -> match.group().strip()).filter(sentence -> !sentence.isEmpty()).toList();
    }

    /** Date phrases that resolving brought in. */
    private static List<String> newDates(String before, String after) {
        List<String> dates = new ArrayList<>();
        if (!before.equals(after)) {
            Matcher matcher = DATE.matcher(after);
            while (matcher.find()) {
                if (!before.contains(matcher.group())) {
                    dates.add(matcher.group());
                }
            }
        }
        return dates;
    }

    private static String withPreposition(String date) {
        return Character.isDigit(date.charAt(0)) ? (date.length() == 4 ? "in " : "on ") + date : date;
    }

    private static int shared(String fact, String sentence, String speaker) {
        Set<String> words = Words.content(fact);
        words.removeAll(Words.content(speaker));
        words.retainAll(Words.content(sentence));
        return words.size();
    }
}
