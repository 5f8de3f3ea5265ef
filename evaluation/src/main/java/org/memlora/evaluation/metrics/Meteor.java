package org.memlora.evaluation.metrics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * METEOR (Banerjee and Lavie, 2005) with the parameters of NLTK (alpha 0.9, beta 3, gamma 0.5) and two of its three
 * kinds of matches: equal words, then equal stems. WordNet's synonyms are left out.
 */
public final class Meteor {

    private static final double ALPHA = 0.9;
    private static final double BETA = 3;
    private static final double GAMMA = 0.5;

    private record Match(int answer, int gold) { }

    private record Word(int position, String text) { }

    private Meteor() { }

    public static double score(String answer, String gold) {
        List<Word> answered = words(answer);
        List<Word> expected = words(gold);
        int answerLength = answered.size();
        int goldLength = expected.size();
        List<Match> matches = new ArrayList<>(matched(answered, expected, UnaryOperator.identity()));
        matches.addAll(matched(answered, expected, AnswerWords::stem));
        if (matches.isEmpty()) {
            return 0;
        }
        matches.sort(Comparator.comparingInt(Match::answer));
        double precision = (double) matches.size() / answerLength;
        double recall = (double) matches.size() / goldLength;
        double mean = precision * recall / (ALPHA * precision + (1 - ALPHA) * recall);
        double fragmentation = (double) chunks(matches) / matches.size();
        return mean * (1 - GAMMA * Math.pow(fragmentation, BETA));
    }

    private static List<Word> words(String text) {
        List<Word> words = new ArrayList<>();
        for (String word : AnswerWords.plain(text)) {
            words.add(new Word(words.size(), word));
        }
        return words;
    }

    /** Pairs words of one form, the last ones first, and takes them out of both lists. */
    private static List<Match> matched(List<Word> answered, List<Word> expected, UnaryOperator<String> form) {
        List<Match> matches = new ArrayList<>();
        for (int i = answered.size() - 1; i >= 0; i--) {
            for (int j = expected.size() - 1; j >= 0; j--) {
                if (form.apply(answered.get(i).text).equals(form.apply(expected.get(j).text))) {
                    matches.add(new Match(answered.remove(i).position, expected.remove(j).position));
                    break;
                }
            }
        }
        return matches;
    }

    /** Runs of matches that are neighbours in both texts. */
    private static int chunks(List<Match> matches) {
        int chunks = 1;
        for (int i = 1; i < matches.size(); i++) {
            boolean neighbours = matches.get(i).answer == matches.get(i - 1).answer + 1 && matches.get(i).gold == matches.get(i - 1).gold + 1;
            chunks += neighbours ? 0 : 1;
        }
        return chunks;
    }
}
