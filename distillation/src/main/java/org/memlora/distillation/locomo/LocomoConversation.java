package org.memlora.distillation.locomo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.memlora.operators.extraction.DialogueTurn;
import org.memlora.operators.extraction.Exchange;

/** One conversation: dialogue in sessions, facts observed by a large model, events, questions. */
public record LocomoConversation(String id, List<Session> sessions, List<Question> questions) {

    private static final int ADVERSARIAL = 5;

    /**
     * @param turns at least one; their event ids are the file's dia_ids
     * @param events sentences about what happened to a speaker in this session, by another author than the observations
     */
    public record Session(int number, List<DialogueTurn> turns, List<Observation> observations, List<String> events) {
        public Session {
            turns = List.copyOf(turns);
            observations = List.copyOf(observations);
            events = List.copyOf(events);
        }

        /** Two by two in order; a last one that has no partner stands alone. As the topology pairs a conversation that is read from a file. */
        public List<Exchange> exchanges(String bankId) {
            List<Exchange> exchanges = new ArrayList<>();
            for (int i = 0; i < turns.size(); i += 2) {
                exchanges.add(new Exchange(bankId, turns.subList(i, Math.min(i + 2, turns.size()))));
            }
            return exchanges;
        }
    }

    /** A fact as a large model wrote it, with the turns it rests on; the file may name some that it doesn't have. */
    public record Observation(String speaker, String text, List<String> evidence) {
        public Observation {
            evidence = List.copyOf(evidence);
        }
    }

    /** @param answer empty for category 5, whose right answer is that nothing is known */
    public record Question(String id, String text, Optional<String> answer, List<String> evidence, int category) {
        public Question {
            evidence = List.copyOf(evidence);
        }

        public boolean adversarial() {
            return category == ADVERSARIAL;
        }
    }

    public LocomoConversation {
        sessions = List.copyOf(sessions);
        questions = List.copyOf(questions);
    }

    /** The beginning of it, with the questions that rest on nothing later. */
    public LocomoConversation firstSessions(int count) {
        LocomoConversation first = new LocomoConversation(id, sessions.subList(0, Math.min(count, sessions.size())), List.of());
        Map<String, DialogueTurn> said = first.turns();
        return new LocomoConversation(id, first.sessions, questions.stream()
                .filter(question -> !question.evidence.isEmpty() && said.keySet().containsAll(question.evidence)).toList());
    }

    public List<String> speakers() {
        return sessions.stream().flatMap(session -> session.turns.stream()).map(DialogueTurn::speaker).distinct().toList();
    }

    /** By dia_id. */
    public Map<String, DialogueTurn> turns() {
        return sessions.stream().flatMap(session -> session.turns.stream())
                .collect(Collectors.toMap(DialogueTurn::eventId, turn -> turn, (first, second) -> first));
    }
}
