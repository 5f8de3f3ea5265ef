package org.memlora.distillation.examples;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.Month;
import java.time.Year;
import java.time.format.TextStyle;
import java.time.temporal.TemporalAdjuster;
import java.time.temporal.TemporalAdjusters;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.memlora.operators.generation.DatesInWords;
import org.memlora.operators.memory.Words;

/**
 * A gold answer as a training target: on one line, without what explains it, its dates in one form. Gold answers write a day in many
 * ways ("May 7, 2023", "7May, 2023", "the Friday before 15 July 2023"); the memories in the prompt write it in one ("14 July 2023"),
 * and an expert that has to guess which way is meant learns to guess.
 */
public final class GoldAnswer {
    private static final String MONTHS = names(Arrays.stream(Month.values()).map(month -> month.getDisplayName(TextStyle.FULL, Locale.ENGLISH)).toArray(String[]::new));
    private static final String DAYS = names(Arrays.stream(DayOfWeek.values()).map(day -> day.getDisplayName(TextStyle.FULL, Locale.ENGLISH)).toArray(String[]::new));
    private static final Pattern GLUED = Pattern.compile("(?<=\\d)(?=(?:" + MONTHS + ")\\b)");
    private static final Pattern MONTH_FIRST = Pattern.compile("\\b(" + MONTHS + ") (\\d{1,2})(?:st|nd|rd|th)?, (\\d{4})\\b");
    private static final Pattern DAY_FIRST = Pattern.compile("\\b(\\d{1,2})(?:st|nd|rd|th)? (" + MONTHS + "),? (\\d{4})\\b");
    private static final Pattern MONTH_ALONE = Pattern.compile("\\b(" + MONTHS + "), (\\d{4})\\b");
    private static final Pattern DAY_OF_WEEK = Pattern.compile("\\b(?:on )?(?:the )?(" + DAYS + ") (before|after) (\\d{1,2}) (" + MONTHS + ") (\\d{4})\\b", Pattern.CASE_INSENSITIVE);
    /** What explains the answer: not "since 2016", and not what a lone "possibly" leads to. */
    private static final Pattern EXPLAINED = Pattern.compile("(?:;| [(]e\\.g\\.|,? since (?!\\d|(?:" + MONTHS + ")\\b)|(?<!^(?i:possibly|probably|likely|perhaps|maybe),?),? because ).*$");
    /** A preposition before nothing but a date: "on 7 May 2023", "In 2021". */
    private static final Pattern BARE_DATE = Pattern.compile("(?i)(?:on|in) (?=(?:(?:\\d{1,2} )?(?:" + MONTHS + ") )?\\d{4}$)");

    private GoldAnswer() { }

    public static String target(String gold) {
        String line = GLUED.matcher(Words.oneLine(gold).replaceAll(",(?=\\p{L})", ", ")).replaceAll(" ");
        line = EXPLAINED.matcher(line).replaceFirst("").replaceFirst("(?<![A-Z])[.]$", "").strip();
        line = MONTH_FIRST.matcher(line).replaceAll("$2 $1 $3");
        line = DAY_FIRST.matcher(line).replaceAll("$1 $2 $3");
        line = MONTH_ALONE.matcher(line).replaceAll("$1 $2");
        line = DAY_OF_WEEK.matcher(line).replaceAll(match -> Matcher.quoteReplacement(resolved(match)));
        Matcher bare = BARE_DATE.matcher(line);
        return bare.lookingAt() ? line.substring(bare.end()) : line;
    }

    private static String resolved(MatchResult match) {
        Month month = Month.valueOf(match.group(4).toUpperCase(Locale.ROOT));
        int dayOfMonth = Integer.parseInt(match.group(3));
        int year = Integer.parseInt(match.group(5));
        if (dayOfMonth < 1 || dayOfMonth > month.length(Year.isLeap(year))) {
            return match.group(); // no day of the calendar
        }
        DayOfWeek wanted = DayOfWeek.valueOf(match.group(1).toUpperCase(Locale.ROOT));
        TemporalAdjuster to = match.group(2).equalsIgnoreCase("before") ? TemporalAdjusters.previous(wanted) : TemporalAdjusters.next(wanted);
        return DatesInWords.of(LocalDate.of(year, month, dayOfMonth).with(to));
    }

    private static String names(String... names) {
        return Arrays.stream(names).collect(Collectors.joining("|"));
    }
}
