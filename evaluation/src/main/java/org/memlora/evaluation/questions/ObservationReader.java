package org.memlora.evaluation.questions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.memlora.topology.demo.DialogueFileException;
import org.memlora.topology.demo.LocomoIds;

/** The facts that a large model noted about a LoCoMo conversation: {@code observation.session_1_observation.NAME = [[fact, id or ids], ...]}. */
final class ObservationReader {

    private ObservationReader() { }

    /** By bank, named as the dialogue reader names it; without banks for files that have none. */
    static Map<String, List<EvaluatedConversation.Observation>> read(Path file) {
        JsonNode whole;
        try {
            whole = new ObjectMapper().readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            return Map.of(); // JSON lines
        } catch (IOException e) {
            throw new DialogueFileException("The file " + file + " can't be read: " + e.getMessage() + ".", e);
        }
        String name = file.getFileName().toString().replaceFirst("(.)\\.[^.]*$", "$1");
        Map<String, List<EvaluatedConversation.Observation>> observations = new HashMap<>();
        if (whole.isArray()) {
            for (int i = 0; i < whole.size(); i++) {
                add(whole.get(i), whole.get(i).path("sample_id").asText(name + "-" + (i + 1)), observations);
            }
        } else {
            add(whole, name, observations);
        }
        return observations;
    }

    private static void add(JsonNode sample, String bankId, Map<String, List<EvaluatedConversation.Observation>> all) {
        if (!sample.path("observation").isObject()) {
            return;
        }
        Set<String> turns = new HashSet<>();
        sample.path("conversation").forEach(session -> session.forEach(turn -> turns.add(turn.path("dia_id").asText())));
        List<EvaluatedConversation.Observation> observations = new ArrayList<>();
        for (JsonNode session : sample.get("observation")) {
            for (JsonNode facts : session) {
                for (JsonNode fact : facts) {
                    List<String> ids = LocomoIds.in(fact.path(1), turns);
                    if (!ids.isEmpty()) {
                        observations.add(new EvaluatedConversation.Observation(fact.path(0).asText(), ids));
                    }
                }
            }
        }
        all.put(bankId, observations);
    }
}
