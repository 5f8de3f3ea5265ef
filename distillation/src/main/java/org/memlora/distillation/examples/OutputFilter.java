package org.memlora.distillation.examples;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.memlora.operators.extraction.Exchange;
import org.memlora.operators.extraction.ExtractionPrompt;
import org.memlora.operators.extraction.Grounding;
import org.memlora.operators.memory.Words;

/**
 * Brings a teacher's free outputs into the form of the stages' grammars and drops what is unusable; counts each reason.
 * Threading: one thread.
 */
public final class OutputFilter {

    /** Why an output, or a part of it, was changed or dropped. */
    public enum Reason {
        /** A block of thinking was cut off. */
        THINKING_STRIPPED,
        /** Text around the answer was cut off. */
        PROSE_STRIPPED,
        /** The output ended at its token limit: its last fact is dropped, as a decision or an answer it makes no example. */
        CUT_OFF,
        /** Nothing in the form asked for; the output is dropped. */
        UNPARSABLE,
        /** A fact none of whose content words stands in the exchange. */
        UNGROUNDED,
        /** A fact that stood before. */
        DUPLICATE,
        /** A fact beyond the most facts of an exchange. */
        TOO_MANY,
        /** The entry NONE of an old memory in a list of operations: only the new facts' operations are learnt. */
        OLD_MEMORY_NONE
    }

    private static final Pattern THINKING = Pattern.compile("(?s)<(think|thinking|thought|reasoning)>.*?</\\1>|^.*?</(?:think|thinking|thought|reasoning)>");
    private static final Pattern UNFINISHED_THINKING = Pattern.compile("(?s)<(?:think|thinking|thought|reasoning)>.*$");
    private static final Pattern JSON_OBJECT = Pattern.compile("(?s)\\{.*}");
    private static final Pattern BULLET = Pattern.compile("\\s*(?:[-*•]|\\d{1,2}[.)])\\s+(\\S.*?)\\s*");
    private static final Pattern DECISION = Pattern.compile("(?i)\\b(?:(ADD)|(NONE|UPDATE|DELETE)[ #:(]{1,3}(\\d{1,2}))\\b");
    private static final Pattern ANSWER_LABEL = Pattern.compile("(?i)^(?:(?:the )?(?:final |short )?answer(?: is)?|a)\\s*[:=]\\s*");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<Reason, Integer> counts = new EnumMap<>(Reason.class);

    /** How often each reason applied so far; reasons that never did are left out. */
    public Map<Reason, Integer> counts() {
        return Map.copyOf(counts);
    }

    /** Of an output that was cut off; the caller knows that. */
    public void countCutOff() {
        count(Reason.CUT_OFF);
    }

    /**
     * The facts of an extraction in the form of its grammar; empty if the output is unparsable. An output without a usable fact is NONE.
     *
     * @param cutOff whether the last fact lacks its end and is left out; if no usable one is left, nothing is said about the exchange, not NONE
     */
    public Optional<String> extraction(Exchange exchange, String raw, boolean cutOff) {
        String text = withoutThinking(raw);
        Optional<List<String>> facts = jsonFacts(text).or(() -> bullets(text));
        if (facts.isEmpty()) {
            return text.strip().matches("(?i)none[.!]?") ? Optional.of(ExtractionPrompt.NONE) : unparsable();
        }
        List<String> whole = cutOff ? facts.get().subList(0, Math.max(0, facts.get().size() - 1)) : facts.get();
        List<String> kept = facts(exchange, whole);
        return cutOff && kept.isEmpty() ? Optional.empty() : Optional.of(ExtractionPrompt.output(kept));
    }

    /** The facts that are grounded, new and not too many, each on one line. */
    public List<String> facts(Exchange exchange, List<String> facts) {
        Grounding grounding = new Grounding(exchange);
        Set<String> seen = new HashSet<>();
        List<String> kept = new ArrayList<>();
        for (String fact : facts) {
            String line = Words.oneLine(fact);
            if (!grounding.holds(line)) {
                count(Reason.UNGROUNDED);
            } else if (!seen.add(Words.saying(line))) {
                count(Reason.DUPLICATE);
            } else if (kept.size() == ExtractionPrompt.MOST_FACTS) {
                count(Reason.TOO_MANY);
            } else {
                kept.add(line);
            }
        }
        return kept;
    }

    /**
     * The decision about one new fact, e.g. UPDATE 2; from the word itself, or from the paper's list
     * {"memory": [{"id", "text", "event"}]}, whose ids are the numbers of the memories shown.
     *
     * @param candidates memories shown
     */
    public Optional<String> update(String raw, int candidates) {
        String text = withoutThinking(raw).strip();
        Optional<JsonNode> list = json(text).map(node -> node.path("memory")).filter(JsonNode::isArray);
        if (list.isPresent()) {
            return listed(list.get(), candidates);
        }
        Matcher matcher = DECISION.matcher(text);
        if (!matcher.find()) {
            return unparsable();
        }
        if (matcher.group().length() < text.length()) {
            count(Reason.PROSE_STRIPPED);
        }
        return matcher.group(1) != null ? Optional.of("ADD") : numbered(matcher.group(2), Integer.parseInt(matcher.group(3)), candidates);
    }

    private Optional<String> listed(JsonNode entries, int candidates) {
        String none = null;
        for (JsonNode entry : entries) {
            String event = entry.path("event").asText().toUpperCase(Locale.ROOT);
            String id = entry.path("id").asText();
            if (event.equals("ADD")) {
                return Optional.of("ADD");
            } else if ((event.equals("UPDATE") || event.equals("DELETE")) && id.matches("\\d{1,2}")) {
                return numbered(event, Integer.parseInt(id), candidates);
            } else if (event.equals("NONE")) {
                count(Reason.OLD_MEMORY_NONE);
                none = none == null ? id : none;
            }
        }
        // Nothing but NONE: the fact was in the memories already; which one holds it, only a single entry tells.
        return none != null && entries.size() == 1 && none.matches("\\d{1,2}") ? numbered("NONE", Integer.parseInt(none), candidates) : unparsable();
    }

    private Optional<String> numbered(String operation, int number, int candidates) {
        return number >= 1 && number <= candidates ? Optional.of(operation.toUpperCase(Locale.ROOT) + " " + number) : unparsable();
    }

    /** The answer's one line; label, quotes and the final full stop are cut off. */
    public Optional<String> generation(String raw) {
        List<String> lines = withoutThinking(raw).lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        if (lines.isEmpty()) {
            return unparsable();
        }
        // Prose comes first, a labelled answer last.
        String line = lines.stream().filter(text -> ANSWER_LABEL.matcher(text).find()).reduce((first, second) -> second).orElse(lines.get(0));
        String answer = ANSWER_LABEL.matcher(line).replaceFirst("").replaceAll("^[\"'*]+|[\"'*]+$", "").replaceFirst("(?<![A-Z])\\.$", "").strip();
        if (lines.size() > 1 || !answer.equals(line)) {
            count(Reason.PROSE_STRIPPED);
        }
        return answer.isEmpty() ? unparsable() : Optional.of(Words.oneLine(answer));
    }

    private String withoutThinking(String raw) {
        String text = UNFINISHED_THINKING.matcher(THINKING.matcher(raw).replaceAll("")).replaceAll("");
        if (!text.equals(raw)) {
            count(Reason.THINKING_STRIPPED);
        }
        return text;
    }

    private Optional<List<String>> jsonFacts(String text) {
        return json(text).map(node -> node.path("facts")).filter(JsonNode::isArray).map(array -> {
            List<String> facts = new ArrayList<>();
            array.forEach(fact -> facts.add(fact.asText()));
            return facts;
        });
    }

    private Optional<JsonNode> json(String text) {
        Matcher matcher = JSON_OBJECT.matcher(text);
        if (!matcher.find()) {
            return Optional.empty();
        }
        try {
            JsonNode node = JSON.readTree(matcher.group());
            if (matcher.group().length() < text.strip().length()) {
                count(Reason.PROSE_STRIPPED);
            }
            return Optional.of(node);
        } catch (JsonProcessingException notJson) {
            return Optional.empty();
        }
    }

    private Optional<List<String>> bullets(String text) {
        List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
        List<String> facts = new ArrayList<>();
        for (String line : lines) {
            Matcher matcher = BULLET.matcher(line);
            if (matcher.matches()) {
                facts.add(matcher.group(1));
            }
        }
        if (!facts.isEmpty() && facts.size() < lines.size()) {
            count(Reason.PROSE_STRIPPED);
        }
        return facts.isEmpty() ? Optional.empty() : Optional.of(facts);
    }

    private Optional<String> unparsable() {
        count(Reason.UNPARSABLE);
        return Optional.empty();
    }

    private void count(Reason reason) {
        counts.merge(reason, 1, Integer::sum);
    }
}
