package org.memlora.models.grammar;

import java.util.BitSet;

/**
 * Says whether a text belongs to a grammar, by following all ways through the grammar at once over code points.
 * Independent of {@link GrammarAutomaton}, so each can check the other. Threading: stateless.
 */
public final class GrammarMatcher {

    private GrammarMatcher() { }

    public static boolean matches(Grammar grammar, String text) {
        int[] points = text.codePoints().toArray();
        BitSet start = new BitSet(points.length + 1);
        start.set(0);
        return ends(grammar, points, start).get(points.length);
    }

    /** Positions at which {@code grammar} can end when it starts at one of {@code starts}. */
    private static BitSet ends(Grammar grammar, int[] points, BitSet starts) {
        if (starts.isEmpty()) {
            return starts;
        }
        if (grammar instanceof Grammar.Literal literal) {
            return literalEnds(literal.text().codePoints().toArray(), points, starts);
        }
        if (grammar instanceof Grammar.AnyCharExcept any) {
            BitSet ends = new BitSet(points.length + 1);
            starts.stream().filter(i -> i < points.length && isAllowed(any, points[i])).forEach(i -> ends.set(i + 1));
            return ends;
        }
        if (grammar instanceof Grammar.Sequence sequence) {
            BitSet ends = starts;
            for (Grammar part : sequence.parts()) {
                ends = ends(part, points, ends);
            }
            return ends;
        }
        if (grammar instanceof Grammar.Choice choice) {
            BitSet ends = new BitSet(points.length + 1);
            for (Grammar option : choice.options()) {
                ends.or(ends(option, points, starts));
            }
            return ends;
        }
        return repeatEnds((Grammar.Repeat) grammar, points, starts);
    }

    static boolean isAllowed(Grammar.AnyCharExcept any, int point) {
        return !Character.isISOControl(point)
                && !(point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE)
                && !any.excluded().contains(point);
    }

    private static BitSet literalEnds(int[] literal, int[] points, BitSet starts) {
        BitSet ends = new BitSet(points.length + 1);
        starts.stream().filter(i -> i + literal.length <= points.length).forEach(i -> {
            for (int k = 0; k < literal.length; k++) {
                if (points[i + k] != literal[k]) {
                    return;
                }
            }
            ends.set(i + literal.length);
        });
        return ends;
    }

    private static BitSet repeatEnds(Grammar.Repeat repeat, int[] points, BitSet starts) {
        BitSet reached = starts;
        for (int i = 0; i < repeat.min() && !reached.isEmpty(); i++) {
            reached = ends(repeat.part(), points, reached);
        }
        BitSet all = (BitSet) reached.clone();
        BitSet frontier = reached;
        for (int i = repeat.min(); i < repeat.max() && !frontier.isEmpty(); i++) {
            // What was reached by fewer rounds needs no second look: fewer rounds leave more of the limit.
            BitSet next = (BitSet) ends(repeat.part(), points, frontier).clone();
            next.andNot(all);
            all.or(next);
            frontier = next;
        }
        return all;
    }
}
