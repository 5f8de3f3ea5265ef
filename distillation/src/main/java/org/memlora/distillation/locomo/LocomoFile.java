package org.memlora.distillation.locomo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.memlora.operators.extraction.DialogueTurn;

/** Reads {@link LocomoConversation}s; times and turns exactly as the topology's reader gives them to the pipeline. */
public final class LocomoFile {
    private static final Duration BETWEEN_TURNS = Duration.ofSeconds(10);
    private static final Pattern SESSION = Pattern.compile("session_(\\d+)");
    private static final Pattern TURN_ID = Pattern.compile("D\\d+:\\d+");
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder().parseCaseInsensitive().parseLenient()
            .appendPattern("h:mm a 'on' d MMMM[,] yyyy").toFormatter(Locale.ENGLISH);

    private final Path file;
    private final JsonNode root;
    private final Set<String> turnIds = new HashSet<>();

    private LocomoFile(Path file, JsonNode root) {
        this.file = file;
        this.root = root;
    }

    /** @throws IllegalArgumentException if the file is no conversation of this format; names file and place */
    public static LocomoConversation read(Path file) {
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new IllegalArgumentException("The conversation " + file + " can't be read (" + e.getClass().getSimpleName()
                    + "): expected a JSON file in LoCoMo's format.", e);
        }
        if (root == null || !root.path("conversation").isObject()) {
            throw new IllegalArgumentException("The file " + file + " has no object \"conversation\": expected one conversation in LoCoMo's format.");
        }
        return new LocomoFile(file, root).conversation();
    }

    private LocomoConversation conversation() {
        String name = file.getFileName().toString().replaceFirst("\\.json$", "");
        String id = root.path("sample_id").asText(name);
        List<LocomoConversation.Session> sessions = new ArrayList<>();
        Map<Integer, JsonNode> numbered = new TreeMap<>();
        root.get("conversation").fields().forEachRemaining(field -> {
            Matcher matcher = SESSION.matcher(field.getKey());
            if (matcher.matches() && field.getValue().isArray() && !field.getValue().isEmpty()) {
                numbered.put(Integer.valueOf(matcher.group(1)), field.getValue());
            }
        });
        Map<Integer, List<DialogueTurn>> said = new TreeMap<>();
        numbered.forEach((number, turns) -> said.put(number, turns(number, turns)));
        said.values().forEach(turns -> turns.forEach(turn -> turnIds.add(turn.eventId())));
        said.forEach((number, turns) -> sessions.add(new LocomoConversation.Session(number, turns, observations(number), events(number))));
        if (sessions.isEmpty()) {
            throw new IllegalArgumentException("The conversation " + file + " has no session with turns.");
        }
        return new LocomoConversation(id, sessions, questions());
    }

    private List<DialogueTurn> turns(int session, JsonNode nodes) {
        Instant start = time(root.get("conversation").path("session_" + session + "_date_time").asText(), "session_" + session);
        List<DialogueTurn> turns = new ArrayList<>();
        for (JsonNode node : nodes) {
            String caption = node.path("blip_caption").asText("");
            turns.add(new DialogueTurn(node.path("dia_id").asText("session_" + session + ":" + (turns.size() + 1)),
                    node.path("speaker").asText(), node.path("text").asText(""), start.plus(BETWEEN_TURNS.multipliedBy(turns.size())),
                    caption.isBlank() ? Optional.empty() : Optional.of(caption)));
        }
        return turns;
    }

    private Instant time(String text, String where) {
        try {
            return LocalDateTime.parse(text.strip().replaceAll("\\s+", " "), TIME).toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(where + " of " + file + " has the time \"" + text + "\", expected like \"1:56 pm on 8 May, 2023\".", e);
        }
    }

    private List<LocomoConversation.Observation> observations(int session) {
        List<LocomoConversation.Observation> observations = new ArrayList<>();
        root.path("observation").path("session_" + session + "_observation").fields().forEachRemaining(entry -> entry.getValue().forEach(
                pair -> observations.add(new LocomoConversation.Observation(entry.getKey(), pair.path(0).asText(), ids(pair.path(1))))));
        return observations;
    }

    private List<String> events(int session) {
        List<String> events = new ArrayList<>();
        root.path("event_summary").path("events_session_" + session).fields().forEachRemaining(entry -> {
            if (entry.getValue().isArray()) {
                entry.getValue().forEach(event -> events.add(event.asText()));
            }
        });
        return events;
    }

    private List<LocomoConversation.Question> questions() {
        List<LocomoConversation.Question> questions = new ArrayList<>();
        for (JsonNode node : root.path("qa")) {
            int category = node.path("category").asInt();
            if (node.hasNonNull("question")) {
                Optional<String> answer = node.hasNonNull("answer") ? Optional.of(node.get("answer").asText().strip()) : Optional.empty();
                questions.add(new LocomoConversation.Question("qa" + (questions.size() + 1), node.get("question").asText().strip(),
                        category == 5 ? Optional.empty() : answer, ids(node.path("evidence")), category));
            }
        }
        return questions;
    }

    /* Ids stand alone, in lists, or several in one text, with a typing error here and there; in a file of one's own they may be any texts that
       its turns have. Where there is nothing of the kind, what stands there is kept, to be named where it matters. */
    private List<String> ids(JsonNode node) {
        List<String> ids = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        (node.isArray() ? node : List.of(node)).forEach(one -> texts.add(one.isNull() ? "" : one.isValueNode() ? one.asText().strip() : one.toString()));
        for (String text : texts) {
            Matcher matcher = TURN_ID.matcher(text);
            if (turnIds.contains(text)) {
                ids.add(text);
            } else {
                while (matcher.find()) {
                    ids.add(matcher.group());
                }
            }
        }
        return (ids.isEmpty() ? texts.stream().filter(text -> !text.isEmpty()) : ids.stream()).distinct().toList();
    }
}
