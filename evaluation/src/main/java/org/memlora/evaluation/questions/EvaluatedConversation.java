package org.memlora.evaluation.questions;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.memlora.schemas.ConversationEvent;

/**
 * One bank's turns, then its questions.
 *
 * @param events turns and Forgets, in order
 * @param evidence turns that some question of the data rests on, be it asked here or not
 * @param observations what a large model noted about the turns; empty = the data have none
 */
public record EvaluatedConversation(String bankId, List<ConversationEvent> events, List<EvaluatedQuestion> questions, Set<String> evidence,
        Optional<List<Observation>> observations) {

    /** @param turnIds the turns it rests on */
    public record Observation(String text, List<String> turnIds) { }

    public EvaluatedConversation {
        events = List.copyOf(events);
        questions = List.copyOf(questions);
        evidence = Set.copyOf(evidence);
    }
}
