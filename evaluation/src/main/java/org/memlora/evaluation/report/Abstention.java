package org.memlora.evaluation.report;

import java.util.List;
import java.util.Locale;

/** Whether an answer says that nothing is known. */
final class Abstention {

    private static final List<String> PHRASES = List.of("not mentioned", "no information", "not known", "unknown", "nothing is known",
            "don't know", "do not know", "not specified", "not stated");

    private Abstention() { }

    static boolean is(String answer) {
        String text = answer.toLowerCase(Locale.ROOT).strip();
        return text.isEmpty() || PHRASES.stream().anyMatch(text::contains);
    }
}
