package org.memlora.operators.testing;

import java.util.Random;
import org.memlora.models.grammar.Grammar;

/** Random members of a grammar's language, with characters that tempt a parser. */
public final class GrammarSampler {

    private static final int[] CHARACTERS =
            "aZ09 -:.,\"'\\{}[]NONEADDé漢😀\u00a0\u2003\u2028".codePoints().toArray();

    private final Random random;

    public GrammarSampler(long seed) {
        this.random = new Random(seed);
    }

    public String sample(Grammar grammar) {
        StringBuilder text = new StringBuilder();
        write(grammar, text);
        return text.toString();
    }

    private void write(Grammar grammar, StringBuilder text) {
        if (grammar instanceof Grammar.Literal literal) {
            text.append(literal.text());
        } else if (grammar instanceof Grammar.AnyCharExcept any) {
            int point;
            do {
                point = CHARACTERS[random.nextInt(CHARACTERS.length)];
            } while (any.excluded().contains(point));
            text.appendCodePoint(point);
        } else if (grammar instanceof Grammar.Sequence sequence) {
            sequence.parts().forEach(part -> write(part, text));
        } else if (grammar instanceof Grammar.Choice choice) {
            write(choice.options().get(random.nextInt(choice.options().size())), text);
        } else if (grammar instanceof Grammar.Repeat repeat) {
            int most = Math.min(repeat.max(), repeat.min() + 12);
            int times = repeat.min() + random.nextInt(most - repeat.min() + 1);
            for (int i = 0; i < times; i++) {
                write(repeat.part(), text);
            }
        }
    }
}
