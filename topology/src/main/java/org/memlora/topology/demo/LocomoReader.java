package org.memlora.topology.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Picture;
import org.memlora.schemas.Question;
import org.memlora.schemas.Turn;

/**
 * LoCoMo's own format (snap-research/LoCoMo): sessions in the order of their numbers, their times read as UTC, turns a
 * few seconds apart, then the questions; those of category 5 (adversarial) have no gold answer.
 */
public final class LocomoReader {

    private static final Duration BETWEEN_TURNS = Duration.ofSeconds(10);
    private static final Duration BEFORE_QUESTIONS = Duration.ofMinutes(10);
    private static final Pattern SESSION = Pattern.compile("session_(\\d+)");
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder().parseCaseInsensitive().parseLenient()
            .appendPattern("h:mm a 'on' d MMMM[,] yyyy").toFormatter(Locale.ENGLISH);

    private final String bank;
    private final String source;

    private LocomoReader(String bank, String source) {
        this.bank = bank;
        this.source = source;
    }

    static boolean accepts(JsonNode node) {
        return node.path("conversation").isObject();
    }

    static List<ScriptedEvent> readAll(JsonNode samples, String name, String source) {
        List<ScriptedEvent> events = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            if (!accepts(samples.get(i))) {
                throw new DialogueFileException("Sample " + (i + 1) + " of " + samples.size() + " in " + source
                        + " has no \"conversation\": every sample of such a file needs one.", null);
            }
            events.addAll(read(samples.get(i), samples.get(i).path("sample_id").asText(name + "-" + (i + 1)), source));
        }
        return List.copyOf(events);
    }

    static List<ScriptedEvent> read(JsonNode sample, String bank, String source) {
        return new LocomoReader(bank, source).events(sample);
    }

    /** @throws DialogueFileException unless like "1:56 pm on 8 May, 2023" */
    static Instant time(String text, String where) {
        try {
            return LocalDateTime.parse(text.strip().replaceAll("\\s+", " "), TIME).toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            throw new DialogueFileException(where + " has the time \"" + text + "\", expected like \"1:56 pm on 8 May, 2023\".", e);
        }
    }

    private List<ScriptedEvent> events(JsonNode sample) {
        JsonNode conversation = sample.get("conversation");
        List<ScriptedEvent> events = new ArrayList<>();
        Instant last = Instant.EPOCH;
        for (Map.Entry<Integer, JsonNode> session : sessions(conversation).entrySet()) {
            String key = "session_" + session.getKey();
            Instant time = time(conversation.path(key + "_date_time").asText(), key + " of " + source);
            int position = 0;
            for (Iterator<JsonNode> turns = session.getValue().elements(); turns.hasNext(); position++) {
                JsonNode turn = turns.next();
                last = time.plus(BETWEEN_TURNS.multipliedBy(position));
                boolean ends = !turns.hasNext();
                events.add(turn(turn, key, position, last, ends));
            }
        }
        if (events.isEmpty()) {
            throw new DialogueFileException("The conversation in " + source + " has no session with turns.", null);
        }
        addQuestions(sample.path("qa"), last.plus(BEFORE_QUESTIONS), events);
        return List.copyOf(events);
    }

    private static Map<Integer, JsonNode> sessions(JsonNode conversation) {
        Map<Integer, JsonNode> sessions = new TreeMap<>();
        conversation.fields().forEachRemaining(field -> {
            Matcher matcher = SESSION.matcher(field.getKey());
            if (matcher.matches() && field.getValue().isArray() && !field.getValue().isEmpty()) {
                sessions.put(Integer.valueOf(matcher.group(1)), field.getValue());
            }
        });
        return sessions;
    }

    private ScriptedEvent turn(JsonNode turn, String session, int position, Instant time, boolean ends) {
        String speaker = turn.path("speaker").asText("");
        if (speaker.isBlank()) {
            throw new DialogueFileException("Turn " + (position + 1) + " of " + session + " of " + source + " has no speaker.", null);
        }
        String id = turn.path("dia_id").asText(session + ":" + (position + 1));
        return event(id, time, new Turn(speaker, turn.path("text").asText(""), picture(turn), ends), Optional.empty());
    }

    private static Picture picture(JsonNode turn) {
        JsonNode address = turn.path("img_url");
        String uri = address.isArray() ? address.path(0).asText("") : address.asText("");
        String caption = turn.path("blip_caption").asText("");
        if (uri.isBlank() && caption.isBlank()) {
            return null;
        }
        return new Picture(null, uri.isBlank() ? "about:blank" : uri, "image/jpeg", caption.isBlank() ? null : caption);
    }

    private void addQuestions(JsonNode questions, Instant time, List<ScriptedEvent> events) {
        Set<String> turns = events.stream().map(event -> event.event().getEventId()).collect(Collectors.toSet());
        for (int i = 0; i < questions.size(); i++) {
            JsonNode question = questions.get(i);
            if (question.hasNonNull("question")) {
                int category = question.path("category").asInt();
                boolean answered = category != ScriptedEvent.ADVERSARIAL && question.hasNonNull("answer");
                ScriptedEvent plain = event("qa" + (i + 1), time, new Question(question.get("question").asText(), null),
                        answered ? Optional.of(question.get("answer").asText()) : Optional.empty());
                events.add(new ScriptedEvent(plain.event(), plain.gold(), category == 0 ? OptionalInt.empty() : OptionalInt.of(category),
                        LocomoIds.in(question.path("evidence"), turns)));
            }
        }
    }

    private ScriptedEvent event(String id, Instant time, Object body, Optional<String> gold) {
        ConversationEvent event = new ConversationEvent();
        event.setEventId(id);
        event.setBankId(bank);
        event.setTime(time);
        event.setBody(body);
        return new ScriptedEvent(event, gold);
    }
}
