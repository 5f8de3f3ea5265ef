package org.memlora.evaluation.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.memlora.operators.generation.QuestionContext;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.topology.demo.Dialogue;
import org.memlora.topology.demo.DialogueReader;
import org.memlora.topology.demo.ScriptedEvent;
import org.memlora.schemas.Turn;

/** LoCoMo questions of categories 1 to 4 with their gold evidence among other turns of the conversation as memories. */
record GoldEvidence(QuestionContext context, String answer) {

    private static final int MEMORIES = 8;
    private static final int ADVERSARIAL = 5;

    /** {@code count} questions of all files together, drawn with the seed. */
    static List<GoldEvidence> draw(List<Path> files, int count, long seed) {
        Random random = new Random(seed);
        List<GoldEvidence> all = new ArrayList<>();
        files.forEach(file -> all.addAll(read(file, random)));
        Collections.shuffle(all, random);
        return List.copyOf(all.subList(0, Math.min(count, all.size())));
    }

    private static List<GoldEvidence> read(Path file, Random random) {
        Dialogue dialogue = DialogueReader.read(file);
        Map<String, Memory> turns = new LinkedHashMap<>();
        for (ScriptedEvent scripted : dialogue.events()) {
            if (scripted.event().getBody() instanceof Turn turn && !turn.getText().isBlank()) {
                String id = scripted.event().getEventId();
                turns.put(id, memory(id, turn.getSpeaker() + ": " + turn.getText(), scripted.event().getTime()));
            }
        }
        List<GoldEvidence> found = new ArrayList<>();
        Instant end = dialogue.events().get(dialogue.events().size() - 1).event().getTime();
        JsonNode questions = json(file).path("qa");
        for (int i = 0; i < questions.size(); i++) {
            JsonNode question = questions.get(i);
            List<Memory> evidence = new ArrayList<>();
            question.path("evidence").forEach(id -> Optional.ofNullable(turns.get(id.asText())).ifPresent(evidence::add));
            if (question.path("category").asInt() != ADVERSARIAL && question.hasNonNull("answer") && !evidence.isEmpty()) {
                found.add(new GoldEvidence(new QuestionContext(file.getFileName().toString(), "qa" + i, question.path("question").asText(), end,
                        mixed(evidence, new ArrayList<>(turns.values()), random)), question.path("answer").asText()));
            }
        }
        return found;
    }

    private static Memory memory(String id, String text, Instant time) {
        return new Memory(id, text, time, Optional.empty(), Optional.empty(), List.of(id), Optional.empty(), Optional.empty(), new float[0]);
    }

    private static List<ScoredMemory> mixed(List<Memory> evidence, List<Memory> turns, Random random) {
        Set<Memory> chosen = new HashSet<>(evidence);
        List<Memory> memories = new ArrayList<>(evidence);
        while (memories.size() < MEMORIES && chosen.size() < turns.size()) {
            Memory other = turns.get(random.nextInt(turns.size()));
            if (chosen.add(other)) {
                memories.add(other);
            }
        }
        Collections.shuffle(memories, random);
        return memories.stream().map(memory -> new ScoredMemory(memory, 1)).toList();
    }

    private static JsonNode json(Path file) {
        try {
            JsonNode root = new ObjectMapper().readTree(file.toFile());
            if (!root.path("qa").isArray()) {
                throw new IllegalArgumentException(file + " holds no questions with evidence: give LoCoMo files with --data.");
            }
            return root;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
