package org.memlora.operators.generation;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes ISO days as people do: "2023-05-07" becomes "7 May 2023". Both bases split digits one by one, so that a day
 * takes 7 or 8 tokens in place of 10, and an answer that copies it reads well.
 */
public final class DatesInWords {
    private static final Pattern ISO_DAY = Pattern.compile("(?<![\\w-])(\\d{4})-(\\d{2})-(\\d{2})(?![\\w-])");
    private static final DateTimeFormatter WORDS = DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.ENGLISH);

    private DatesInWords() { }

    public static String of(LocalDate day) {
        return WORDS.format(day);
    }

    /** What is no day of the calendar (2023-02-30) stays as it is. */
    static String in(String text) {
        return ISO_DAY.matcher(text).replaceAll(match -> Matcher.quoteReplacement(words(match)));
    }

    private static String words(MatchResult match) {
        try {
            return of(LocalDate.of(Integer.parseInt(match.group(1)), Integer.parseInt(match.group(2)), Integer.parseInt(match.group(3))));
        } catch (DateTimeException noSuchDay) {
            return match.group();
        }
    }
}
