package org.memlora.models.grammar;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A regular language over text, built from the factory methods below. Immutable. */
public sealed interface Grammar {

    record Literal(String text) implements Grammar { }

    /** One code point that is none of {@code excluded} and no control character. */
    record AnyCharExcept(Set<Integer> excluded) implements Grammar {
        public AnyCharExcept {
            excluded = Set.copyOf(excluded);
        }
    }

    record Sequence(List<Grammar> parts) implements Grammar {
        public Sequence {
            parts = List.copyOf(parts);
        }
    }

    record Choice(List<Grammar> options) implements Grammar {
        public Choice {
            options = List.copyOf(options);
            if (options.isEmpty()) {
                throw new IllegalArgumentException("a choice needs at least one option");
            }
        }
    }

    /** {@code max} = {@link #UNBOUNDED}: no upper limit. */
    record Repeat(Grammar part, int min, int max) implements Grammar {
        public Repeat {
            if (min < 0 || max < min) {
                throw new IllegalArgumentException("repeat " + min + ".." + max + ", expected 0 <= min <= max");
            }
        }
    }

    int UNBOUNDED = Integer.MAX_VALUE;

    static Grammar literal(String text) {
        return new Literal(text);
    }

    static Grammar sequence(Grammar... parts) {
        return new Sequence(Arrays.asList(parts));
    }

    static Grammar choice(Grammar... options) {
        return new Choice(Arrays.asList(options));
    }

    static Grammar choice(List<String> literals) {
        return new Choice(literals.stream().map(Grammar::literal).toList());
    }

    static Grammar repeat(Grammar part, int min, int max) {
        return new Repeat(part, min, max);
    }

    static Grammar optional(Grammar part) {
        return new Repeat(part, 0, 1);
    }

    static Grammar digit() {
        return choice(List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"));
    }

    static Grammar anyCharExcept(String excluded) {
        Set<Integer> points = new TreeSet<>();
        excluded.codePoints().forEach(points::add);
        return new AnyCharExcept(points);
    }

    /** Text of one line: starts with a character that is not a space, at least one character, no control characters. */
    static Grammar lineExcept(String excluded) {
        return sequence(anyCharExcept(excluded + " "), repeat(anyCharExcept(excluded), 0, UNBOUNDED));
    }
}
