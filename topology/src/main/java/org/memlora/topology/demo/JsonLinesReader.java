package org.memlora.topology.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Forget;
import org.memlora.schemas.Picture;
import org.memlora.schemas.Question;
import org.memlora.schemas.Turn;
import org.memlora.topology.client.PictureFile;

/**
 * One JSON object per line, see the README's "Event format":
 * {@code {"type": "turn", "bank": "b", "id": "1", "time": "2025-03-01T10:00:00Z", "speaker": "Ann", "text": "Hi"}}.
 * A line without id gets {@code <file>-<line>}, so that a file sent twice has no second effect.
 */
final class JsonLinesReader {

    private static final Set<String> FIELDS = Set.of("type", "bank", "id", "time", "speaker", "text", "picture",
            "endsExchange", "gold", "category", "evidence", "reason");

    private final String name;
    private final String source;
    private final PictureFiles pictures;

    private JsonLinesReader(String name, String source, PictureFiles pictures) {
        this.name = name;
        this.source = source;
        this.pictures = pictures;
    }

    /** Where pictures named by events lie. */
    interface PictureFiles {
        /** @throws UncheckedIOException or InvalidPathException if it can't be read, or lies elsewhere */
        Picture read(String file, Optional<String> caption);

        /** In or below the folder; the events may come from someone else. */
        static PictureFiles in(Path folder) {
            return (file, caption) -> {
                Path beside = folder.resolve(file).normalize();
                if (!beside.startsWith(folder.normalize())) {
                    throw new UncheckedIOException("it is not in the events' folder " + folder, new IOException(file));
                }
                return PictureFile.read(beside, caption);
            };
        }
    }

    static List<ScriptedEvent> read(List<String> lines, String name, String source, PictureFiles pictures) {
        JsonLinesReader reader = new JsonLinesReader(name, source, pictures);
        List<ScriptedEvent> events = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                events.add(reader.event(lines.get(i), i + 1));
            }
        }
        return List.copyOf(events);
    }

    private ScriptedEvent event(String line, int number) {
        JsonNode node;
        try {
            node = DialogueReader.JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw wrong(number, "is not JSON (" + e.getOriginalMessage() + ")", e);
        }
        if (!node.isObject()) {
            throw wrong(number, "is not a JSON object", null);
        }
        Set<String> unknown = new TreeSet<>();
        node.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(FIELDS);
        if (!unknown.isEmpty()) {
            throw wrong(number, "has the unknown field \"" + unknown.iterator().next() + "\", known are " + String.join(", ", new TreeSet<>(FIELDS)), null);
        }
        String type = required(node, "type", number).toLowerCase(Locale.ROOT);
        ConversationEvent event = new ConversationEvent();
        event.setBankId(required(node, "bank", number));
        event.setEventId(text(node, "id", number).orElse(name + "-" + number));
        event.setTime(time(node, number).orElse(null));
        event.setBody(switch (type) {
            case "turn" -> turn(node, number);
            case "question" -> new Question(required(node, "text", number), picture(node, number));
            case "forget" -> new Forget(text(node, "reason", number).orElse(null));
            default -> throw wrong(number, "has the type \"" + type + "\", expected turn, question or forget", null);
        });
        return new ScriptedEvent(event, text(node, "gold", number), category(node, number), evidence(node, number));
    }

    private OptionalInt category(JsonNode node, int number) {
        if (!node.hasNonNull("category")) {
            return OptionalInt.empty();
        }
        int category = node.get("category").asInt();
        if (category < 1 || category > ScriptedEvent.ADVERSARIAL) {
            throw wrong(number, "has the category " + node.get("category") + ", expected 1 to " + ScriptedEvent.ADVERSARIAL, null);
        }
        return OptionalInt.of(category);
    }

    private List<String> evidence(JsonNode node, int number) {
        List<String> ids = new ArrayList<>();
        if (node.hasNonNull("evidence") && !node.get("evidence").isArray()) {
            throw wrong(number, "has an \"evidence\" that is no list of ids", null);
        }
        node.path("evidence").forEach(id -> ids.add(id.asText()));
        return ids;
    }

    private Turn turn(JsonNode node, int number) {
        Picture picture = picture(node, number);
        String text = picture == null ? required(node, "text", number) : text(node, "text", number).orElse("");
        return new Turn(required(node, "speaker", number), text, picture, node.path("endsExchange").asBoolean(false));
    }

    private Picture picture(JsonNode node, int number) {
        if (!node.hasNonNull("picture")) {
            return null;
        }
        JsonNode picture = node.get("picture");
        Optional<String> caption = text(picture, "caption", number);
        Optional<String> file = text(picture, "file", number);
        if (file.isPresent() && picture.hasNonNull("uri")) {
            throw wrong(number, "has a picture with both \"file\" and \"uri\", expected one of them", null);
        }
        if (file.isPresent()) {
            return read(file.get(), caption, number);
        }
        String uri = required(picture, "uri", number);
        return new Picture(null, uri, text(picture, "mediaType", number).orElse(PictureFile.mediaType(uri)), caption.orElse(null));
    }

    private Picture read(String file, Optional<String> caption, int number) {
        try {
            return pictures.read(file, caption);
        } catch (UncheckedIOException | InvalidPathException e) {
            throw wrong(number, "names the picture file " + file + ", expected one beside the events that can be read (" + e.getMessage() + ")", e);
        }
    }

    private Optional<Instant> time(JsonNode node, int number) {
        Optional<String> time = text(node, "time", number);
        try {
            return time.map(Instant::parse);
        } catch (DateTimeException e) {
            throw wrong(number, "has the time \"" + time.orElseThrow() + "\", expected e.g. 2025-03-01T10:00:00Z", e);
        }
    }

    private String required(JsonNode node, String field, int number) {
        return text(node, field, number).filter(text -> !text.isBlank())
                .orElseThrow(() -> wrong(number, "has no \"" + field + "\"", null));
    }

    private Optional<String> text(JsonNode node, String field, int number) {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isValueNode()) {
            throw wrong(number, "has a \"" + field + "\" that is no text", null);
        }
        return Optional.of(value.asText());
    }

    private DialogueFileException wrong(int number, String problem, Throwable cause) {
        return new DialogueFileException("Line " + number + " of " + source + " " + problem + ".", cause);
    }
}
