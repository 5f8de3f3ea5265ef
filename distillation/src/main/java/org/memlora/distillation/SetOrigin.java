package org.memlora.distillation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a training set was built from, kept in a note beside it.
 *
 * @param conversations in the order in which they were read, as what is drawn depends on it
 * @param teacher a teacher's record that the examples are taken from; null = none
 * @param seed of what was drawn
 */
record SetOrigin(List<SourceFile> conversations, SourceFile teacher, long seed) {
    private static final ObjectMapper JSON = new ObjectMapper();

    SetOrigin {
        conversations = List.copyOf(conversations);
    }

    /** @param teacher null = none */
    static SetOrigin of(List<Path> conversations, Path teacher, long seed) {
        return new SetOrigin(conversations.stream().map(SourceFile::of).toList(), teacher == null ? null : SourceFile.of(teacher), seed);
    }

    /**
     * Of a set that is there; empty if there is no note of it, or the set is not the one that the note was written for: sets of earlier
     * releases, and those that somebody else made or changed.
     */
    static Optional<SetOrigin> read(Path set) {
        Path note = note(set);
        if (!Files.exists(note)) {
            return Optional.empty();
        }
        try {
            Note read = JSON.readValue(note.toFile(), Note.class);
            return Optional.ofNullable(read.origin).filter(origin -> SourceFile.checksum(set).equals(read.set));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The note " + note + " says in no known form what " + set + " was built from ("
                    + e.getOriginalMessage() + "): delete both, then the set is built again.", e);
        } catch (IOException e) {
            throw new UncheckedIOException("The note " + note + " can't be read", e);
        }
    }

    /** @param set checksum of the set that it is about */
    private record Note(String set, SetOrigin origin) { }

    void write(Path set) {
        ObjectNode json = JSON.createObjectNode().put("set", SourceFile.checksum(set));
        json.set("origin", JSON.valueToTree(this));
        WholeFile.write(note(set), json.toPrettyString());
    }

    static Path note(Path set) {
        return set.resolveSibling(set.getFileName().toString().replaceFirst("\\.jsonl$", "") + ".origin.json");
    }

    /**
     * What a configuration asks for that this isn't, in words. One without conversations takes the set as it is given, whatever it was drawn from.
     */
    List<String> differences(SetOrigin wanted) {
        List<String> differences = new ArrayList<>();
        if (!wanted.conversations.isEmpty()) {
            boolean fit = conversations.size() == wanted.conversations.size();
            for (int i = 0; fit && i < conversations.size(); i++) {
                fit = conversations.get(i).fits(wanted.conversations.get(i));
            }
            if (!fit) {
                differences.add("conversations " + names(conversations) + " and not " + names(wanted.conversations));
            }
            if (seed != wanted.seed) {
                differences.add("seed " + seed + " and not " + wanted.seed);
            }
        }
        boolean named = !wanted.conversations.isEmpty() || wanted.teacher != null;
        if (named && (teacher == null ? wanted.teacher != null : wanted.teacher == null || !teacher.fits(wanted.teacher))) {
            differences.add(teacher(teacher) + " and not " + teacher(wanted.teacher));
        }
        return differences;
    }

    private static String teacher(SourceFile record) {
        return record == null ? "no teacher's record" : "the teacher's record " + record;
    }

    private static String names(List<SourceFile> sources) {
        return sources.stream().map(SourceFile::toString).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return names(conversations) + ", " + teacher(teacher) + ", seed " + seed;
    }
}
