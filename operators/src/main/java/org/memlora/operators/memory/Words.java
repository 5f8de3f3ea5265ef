package org.memlora.operators.memory;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Content words of a text, lower-cased and lightly stemmed, for word overlap and grounding. English. */
public final class Words {

    /** Possessive: a word of a thousand parts would otherwise take a call each. */
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]++(?:-[\\p{L}\\p{N}]++)*+");
    private static final Pattern BETWEEN_WORDS = Pattern.compile("[\\s.,;:!?\"'\u2018\u2019\u201C\u201D]+");
    private static final Set<String> FUNCTION_WORDS = Set.of(("a about after all also am an and any are as at be been "
            + "before being but by can could did do does doing for from had has have he her hers him his how i if in "
            + "into is it its just like me more my no not now of on or our out over own she so some such than that the "
            + "their them then there these they this those to too up us very was we were what when where which while "
            + "who whom why will with would you your s t re ve ll m d").split(" "));

    private Words() { }

    public static Set<String> content(String text) {
        Set<String> words = new LinkedHashSet<>();
        Matcher matcher = WORD.matcher(text.toLowerCase(Locale.ROOT));
        while (matcher.find()) {
            String word = matcher.group();
            if (!FUNCTION_WORDS.contains(word)) {
                words.add(stem(word));
            }
        }
        return words;
    }

    /** Lower-cased, without what ends and joins sentences: two texts of equal form say the same in the same words. Signs stay: A+ is not A-. */
    public static String saying(String text) {
        return BETWEEN_WORDS.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(" ").strip();
    }

    /** Letters and digits only, lower-cased. */
    public static String normalised(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
    }

    /** The text as one line of a prompt: line breaks and control characters of a speaker can't imitate the prompt's own lines. */
    public static String oneLine(String text) {
        return text.replaceAll("[\\p{Cntrl}\\s\\u0085\\u2028\\u2029]+", " ").strip();
    }

    /** At most so many chars; no character is cut in two. */
    public static String first(String text, int chars) {
        int end = Math.min(text.length(), chars);
        return text.substring(0, end > 0 && end < text.length() && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }

    /* Strips the commonest English endings only; a false match costs a little rank, never a memory. */
    private static String stem(String word) {
        for (String ending : new String[] {"ing", "ies", "ied", "ed", "es", "s"}) {
            if (word.length() - ending.length() >= 3 && word.endsWith(ending) && !word.endsWith("ss")) {
                String root = word.substring(0, word.length() - ending.length());
                return ending.startsWith("ie") ? root + "y" : root;
            }
        }
        return word.length() > 4 && word.endsWith("e") ? word.substring(0, word.length() - 1) : word;
    }
}
