package org.memlora.operators.extraction;

import static java.time.temporal.TemporalAdjusters.next;
import static java.time.temporal.TemporalAdjusters.nextOrSame;
import static java.time.temporal.TemporalAdjusters.previous;
import static java.time.temporal.TemporalAdjusters.previousOrSame;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.format.TextStyle;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces relative dates by absolute ones: "we met last Friday", said on 2023-05-25, becomes "we met on 2023-05-19".
 *
 * <p>"last Friday" is the latest Friday strictly before the day, "next Friday" the first strictly after it, "this
 * Friday" the first from the day on; weeks begin on Monday. What is not a day stays as wide as it was said: "the week
 * of 2023-05-15", "April 2023", "2022". Unknown wording is left as it is. English; days are UTC days.
 */
public final class RelativeDates {

    /* Short forms with a capital only: "this sun" is none. */
    private static final String DAYS = "(monday|tuesday|wednesday|thursday|friday|saturday|sunday|(?-i:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun))";
    private static final String COUNT = "(\\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|a couple of|a few)";
    private static final List<String> NUMBERS =
            List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten");
    /* "2-3 days ago", "1.5 years ago", "two or three weeks ago" are no single day, of "twenty-five years ago" five is a part; "over the last year" is a duration. */
    private static final String NOT_WITHIN = "(?<![\\d][-–.,])(?<!\\p{L}-)(?<!\\b(?:hundred|thousand) and )(?<!\\b(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety) )(?<!\\bor )(?<!\\bto )(?<!\\bhalf )(?<!\\bthe (?=last|next))";
    /* "We haven't talked in two weeks", "twice in three days": no time to come but one that went by. */
    private static final String NOT_PASSED = "(?<!\\b(?:ha(?:ve|s|d)(?:n['’]t| not| never)|(?:first|last|second) time|once|twice|times)\\b[^.!?,;]{0,60})(?<!['’](?:ve|s|d) (?:not|never)\\b[^.!?,;]{0,60})";
    private static final Pattern ISO_DAY = Pattern.compile("\\b(\\d{4}-\\d{2}-\\d{2})\\b");

    private record Rule(Pattern pattern, BiFunction<MatchResult, LocalDate, String> replacement) { }

    /* Longer wordings stand before those they contain. */
    private static final List<Rule> RULES = List.of(
            rule("the day before yesterday", (m, day) -> on(day.minusDays(2))),
            rule("the day after tomorrow", (m, day) -> on(day.plusDays(2))),
            rule("yesterday (morning|afternoon|evening|night)", (m, day) -> on(day.minusDays(1))),
            rule("yesterday|last night", (m, day) -> on(day.minusDays(1))),
            rule("tomorrow (?:morning|afternoon|evening|night)|tomorrow", (m, day) -> on(day.plusDays(1))),
            rule("earlier today|today|tonight|this (?:morning|afternoon|evening)", (m, day) -> on(day)),
            rule(COUNT + " (day|week|month|year)s? ago", (m, day) -> shifted(day, -count(m.group(1)), m.group(2), vague(m.group(1)))),
            rule(NOT_PASSED + "in " + COUNT + " (day|week|month|year)s?(?: time)?", (m, day) -> shifted(day, count(m.group(1)), m.group(2), vague(m.group(1)))),
            rule("(?:on )?last " + DAYS, (m, day) -> on(day.with(previous(dayOfWeek(m))))),
            rule("(?:on )?next " + DAYS, (m, day) -> on(day.with(next(dayOfWeek(m))))),
            rule("(?:on )?this " + DAYS, (m, day) -> on(day.with(nextOrSame(dayOfWeek(m))))),
            rule("(last|next|this) weekend", (m, day) -> weekend(day, m.group(1))),
            rule("(last|next|this) (week|month|year)", (m, day) -> period(day, m.group(1), m.group(2))));

    private RelativeDates() { }

    public static String resolve(String text, LocalDate day) {
        String resolved = text;
        for (Rule rule : RULES) {
            resolved = rule.pattern.matcher(resolved).replaceAll(match -> Matcher.quoteReplacement(rule.replacement.apply(match, day)));
        }
        return resolved.replaceAll("(?i)\\b(since|until|till|by|from|for|on|in) (?:on|in) (?=\\d{4}|the week|the weekend|\\p{Lu}\\p{L}+ \\d{4})", "$1 ");
    }

    /** The first full ISO day in the text that exists in the calendar. */
    public static Optional<LocalDate> dayIn(String text) {
        Matcher matcher = ISO_DAY.matcher(text);
        while (matcher.find()) {
            try {
                return Optional.of(LocalDate.parse(matcher.group(1)));
            } catch (java.time.format.DateTimeParseException noSuchDay) {
                continue; // e.g. 2023-02-30, written so by the speaker: not a date
            }
        }
        return Optional.empty();
    }

    private static Rule rule(String pattern, BiFunction<MatchResult, LocalDate, String> replacement) {
        return new Rule(Pattern.compile(NOT_WITHIN + "\\b(?:" + pattern + ")\\b(?!['’])", Pattern.CASE_INSENSITIVE), replacement);
    }

    private static String on(LocalDate day) {
        return "on " + day;
    }

    private static String shifted(LocalDate day, int count, String unit, boolean vague) {
        String word = vague ? "around " : "";
        return switch (unit.toLowerCase(Locale.ROOT)) {
            case "day" -> vague ? word + day.plusDays(count) : on(day.plusDays(count));
            case "week" -> "around " + day.plusWeeks(count);
            case "month" -> (vague ? word : "in ") + month(YearMonth.from(day).plusMonths(count));
            default -> (vague ? word : "in ") + (day.getYear() + count);
        };
    }

    private static String weekend(LocalDate day, String which) {
        LocalDate saturday = day.with(previousOrSame(DayOfWeek.MONDAY)).plusDays(5);
        return "on the weekend of " + saturday.plusWeeks(steps(which));
    }

    private static String period(LocalDate day, String which, String unit) {
        int steps = steps(which);
        return switch (unit.toLowerCase(Locale.ROOT)) {
            case "week" -> "in the week of " + day.with(previousOrSame(DayOfWeek.MONDAY)).plusWeeks(steps);
            case "month" -> "in " + month(YearMonth.from(day).plusMonths(steps));
            default -> "in " + (day.getYear() + steps);
        };
    }

    private static int steps(String which) {
        return switch (which.toLowerCase(Locale.ROOT)) {
            case "last" -> -1;
            case "next" -> 1;
            default -> 0;
        };
    }

    private static String month(YearMonth month) {
        return month.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH) + " " + month.getYear();
    }

    private static DayOfWeek dayOfWeek(MatchResult match) {
        String start = match.group(1).substring(0, 3).toUpperCase(Locale.ROOT);
        return Arrays.stream(DayOfWeek.values()).filter(day -> day.name().startsWith(start)).findFirst().orElseThrow();
    }

    private static boolean vague(String count) {
        return count.toLowerCase(Locale.ROOT).startsWith("a ");
    }

    private static int count(String text) {
        String word = text.toLowerCase(Locale.ROOT);
        return switch (word) {
            case "a", "an" -> 1;
            case "a couple of" -> 2;
            case "a few" -> 3;
            default -> NUMBERS.contains(word) ? NUMBERS.indexOf(word) : Integer.parseInt(word);
        };
    }
}
