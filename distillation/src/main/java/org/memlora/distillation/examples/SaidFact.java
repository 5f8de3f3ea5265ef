package org.memlora.distillation.examples;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.memlora.operators.extraction.DialogueTurn;
import org.memlora.operators.extraction.RelativeDates;
import org.memlora.operators.memory.Words;

/**
 * The fact in a turn that a question rests on though no observation does: the sentence nearest to question and answer, turned from the first person
 * into the third ("I took Luna from the shelter" -> "Ann took Luna from the shelter"), or what the turn's picture shows. English, by rules;
 * sentences that the rules don't fit give nothing.
 */
final class SaidFact {
    private static final Pattern SENTENCE = Pattern.compile("[^.!?]+[.!?]*");
    private static final Pattern INTERJECTION = Pattern.compile("^(?:(?:yeah|yes|yep|no|nope|oh|wow|well|hey|hi|thanks|thank you|sure|definitely|absolutely|totally|actually"
            + "|haha|aww|cool|nice|great|awesome|ok|okay|so|and|but|plus|also|by the way)\\b(?: \\p{Lu}\\w+)?,? +)+", Pattern.CASE_INSENSITIVE);
    private static final Pattern PICTURE = Pattern.compile("^(?:a |an |the )?(?:photo|picture|photography|photograph|image)s? of ");
    private static final Set<String> UNCHANGED = Set.of(("will would can could should might may must shall had did was got went made took gave found saw came told said felt thought"
            + " knew bought brought began kept left met ran won wrote ate drove grew held heard lost paid read sent sold spent taught taken wore built caught chose"
            + " drew fell flew forgot hung hid led lent let put rode sang sat slept spoke stood swam threw understood woke cut hit hurt quit set used").split(" "));
    private static final Set<String> ADVERBS = Set.of("really", "just", "also", "still", "always", "never", "even", "actually", "recently", "finally", "usually",
            "often", "sometimes", "mostly", "only", "already", "definitely", "totally", "absolutely", "first", "once");
    private static final int MOST_WORDS = 32;
    private static final int LEAST_SHARED = 2;

    private SaidFact() { }

    static Optional<String> of(DialogueTurn turn, String listener, String questionAndAnswer, String answer) {
        Optional<String> picture = picture(turn, answer);
        return picture.isPresent() ? picture : SENTENCE.matcher(turn.text()).results().map(match -> match.group().strip())
                .filter(sentence -> !sentence.endsWith("?") && sentence.split(" ").length <= MOST_WORDS)
                .filter(sentence -> shared(sentence, questionAndAnswer, turn.speaker(), listener) >= LEAST_SHARED)
                .max(Comparator.comparingInt(sentence -> shared(sentence, questionAndAnswer, turn.speaker(), listener)))
                .flatMap(sentence -> thirdPerson(RelativeDates.resolve(sentence, turn.day()), turn.speaker(), listener));
    }

    /** What the picture shows, where it shows all of the answer. */
    private static Optional<String> picture(DialogueTurn turn, String answer) {
        Set<String> words = Words.content(answer);
        return turn.pictureDescription().filter(caption -> !words.isEmpty() && Words.content(caption).containsAll(words))
                .map(caption -> turn.speaker() + " shared a picture of " + PICTURE.matcher(Words.oneLine(caption)).replaceFirst("") + ".");
    }

    private static int shared(String sentence, String text, String speaker, String listener) {
        Set<String> words = new HashSet<>(Words.content(sentence));
        words.retainAll(Words.content(text));
        words.removeAll(Words.content(speaker + " " + listener));
        return words.size();
    }

    static Optional<String> thirdPerson(String sentence, String speaker, String listener) {
        String text = INTERJECTION.matcher(Words.oneLine(sentence)).replaceFirst("").replace('’', '\'');
        if (!text.matches("(?s).*\\b(?:I|my|My|we|We|our|Our|me|us)\\b.*")) {
            return Optional.empty();
        }
        String named = verbs(text.replaceAll("\\bI'm\\b", "I am").replaceAll("\\bI've\\b", "I have").replaceAll("\\bI'll\\b", "I will")
                .replaceAll("\\bI'd\\b", "I would").replaceAll("\\b([Ww])e're\\b", "$1e are").replaceAll("\\b([Ww])e've\\b", "$1e have")
                .replaceAll("\\byou're\\b", "you are").replaceAll("\\byou've\\b", "you have"));
        named = named.replaceAll("\\b(?:am|was) I\\b", "is " + speaker).replaceAll("\\bI\\b", speaker).replaceAll("\\b[Mm]yself\\b", "themselves")
                .replaceAll("\\b(?:[Mm]y|mine)\\b", speaker + "'s").replaceAll("\\bme\\b", speaker)
                .replaceAll("\\byou are\\b", listener + " is").replaceAll("\\byou have\\b", listener + " has")
                .replaceAll("\\b[Yy]ours?\\b", listener + "'s").replaceAll("\\b[Yy]ou\\b", listener)
                .replaceAll("\\b[Ww]e\\b", "they").replaceAll("\\b[Oo]urs?\\b", "their").replaceAll("\\bus\\b", "them");
        String whole = named.contains(speaker) ? named : speaker + " says that " + Character.toLowerCase(named.charAt(0)) + named.substring(1);
        String line = Character.toUpperCase(whole.charAt(0)) + whole.substring(1).replaceFirst("[\\s.!,;:-]*$", ".");
        return Optional.of(line);
    }

    /** "I love" -> "I loves": the verbs after I, in the form that fits a name. */
    private static String verbs(String text) {
        String[] words = text.split(" ");
        for (int i = 0; i < words.length - 1; i++) {
            if (words[i].equals("I")) {
                int at = i + 1;
                while (at < words.length - 1 && ADVERBS.contains(words[at])) {
                    at++;
                }
                words[at] = inflected(words[at]);
            }
        }
        return String.join(" ", words);
    }

    private static String inflected(String word) {
        Matcher parts = Pattern.compile("([a-z]+)('t)?(\\W*)").matcher(word);
        if (!parts.matches()) {
            return word;
        }
        String verb = parts.group(1);
        String rest = (parts.group(2) == null ? "" : parts.group(2)) + parts.group(3);
        List<String[]> irregular = Arrays.asList(new String[] {"am", "is"}, new String[] {"have", "has"}, new String[] {"do", "does"}, new String[] {"don", "doesn"},
                new String[] {"haven", "hasn"}, new String[] {"go", "goes"});
        for (String[] pair : irregular) {
            if (verb.equals(pair[0])) {
                return pair[1] + rest;
            }
        }
        if (parts.group(2) != null || UNCHANGED.contains(verb) || verb.endsWith("ed")) {
            return word;
        }
        String ending = verb.matches(".*(?:s|x|z|ch|sh)") ? "es" : "s";
        return (verb.matches(".*[^aeiou]y") ? verb.substring(0, verb.length() - 1) + "ies" : verb + ending) + rest;
    }
}
