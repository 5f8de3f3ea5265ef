package org.memlora.topology.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The turns that a question or an observation of LoCoMo's format rests on. */
public final class LocomoIds {

    /** Some lists of evidence hold two ids in one string. */
    private static final Pattern TURN_ID = Pattern.compile("D\\d+:\\d+");

    private LocomoIds() { }

    /** @param turns ids of the conversation's turns: a text that equals one is that id, whatever its form; in others LoCoMo's ids are looked for */
    public static List<String> in(JsonNode evidence, Set<String> turns) {
        Set<String> ids = new LinkedHashSet<>();
        (evidence.isArray() ? evidence : List.of(evidence)).forEach(one -> {
            String text = one.isValueNode() ? one.asText().strip() : one.toString();
            if (!text.isEmpty() && turns.contains(text)) {
                ids.add(text);
            } else {
                TURN_ID.matcher(text).results().map(MatchResult::group).forEach(ids::add);
            }
        });
        return List.copyOf(ids);
    }
}
