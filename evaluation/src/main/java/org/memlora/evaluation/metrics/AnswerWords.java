package org.memlora.evaluation.metrics;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import opennlp.tools.stemmer.PorterStemmer;

/** Answers as words, in the two ways that the metrics want. */
final class AnswerWords {

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");
    private static final Pattern PUNCTUATION = Pattern.compile("[!-/:-@\\[-`{-~]");
    private static final Pattern SPACE = Pattern.compile("\\s+");
    /** LoCoMo counts "and" with the articles. */
    private static final Set<String> ARTICLES = Set.of("a", "an", "the", "and");
    private static final int ROUGE_SHORT_WORD = 3;

    private AnswerWords() { }

    /** LoCoMo's normalisation: lower case, ASCII punctuation deleted, articles left out. */
    static List<String> normalised(String text) {
        List<String> words = new ArrayList<>();
        for (String word : SPACE.split(PUNCTUATION.matcher(text.toLowerCase(Locale.ROOT)).replaceAll("").strip())) {
            if (!word.isEmpty() && !ARTICLES.contains(word)) {
                words.add(word);
            }
        }
        return words;
    }

    /** Runs of letters and digits, lower-cased. */
    static List<String> plain(String text) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(text.toLowerCase(Locale.ROOT));
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }

    static List<String> stemmed(List<String> words) {
        return words.stream().map(AnswerWords::stem).toList();
    }

    /** As the package rouge-score does: short words stay. */
    static List<String> rougeStemmed(List<String> words) {
        return words.stream().map(word -> word.length() > ROUGE_SHORT_WORD ? stem(word) : word).toList();
    }

    /** The stemmer keeps state: one per word. */
    static String stem(String word) {
        return new PorterStemmer().stem(word);
    }

    /** How many words the two lists have in common, each as often as it stands in both. */
    static int common(List<String> one, List<String> other) {
        Map<String, Integer> left = new HashMap<>();
        one.forEach(word -> left.merge(word, 1, Integer::sum));
        int common = 0;
        for (String word : other) {
            if (left.merge(word, -1, Integer::sum) >= 0) {
                common++;
            }
        }
        return common;
    }

    static double f1(int common, int answer, int gold) {
        return common == 0 ? 0 : 2.0 * common / (answer + gold);
    }
}
