package org.memlora.distillation.teacher;

import java.util.List;
import java.util.Optional;
import org.memlora.operators.Stage;
import org.memlora.operators.extraction.Exchange;

/**
 * One call of a stage in the run over a conversation.
 *
 * @param id the same in every run over the conversation: stage, bank, and what it is about (first event, fact, question)
 * @param exchange for extraction
 * @param gold the right answer, for generation, where the data has one
 */
public record StageCall(Stage stage, String id, List<String> eventIds, Optional<Exchange> exchange, Optional<String> gold) {
    public StageCall {
        eventIds = List.copyOf(eventIds);
    }
}
