package org.memlora.topology.demo;

import java.util.Optional;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Question;

/** @param gold the right answer, for questions that have one */
public record ScriptedEvent(ConversationEvent event, Optional<String> gold) {

    public boolean isQuestion() {
        return event.getBody() instanceof Question;
    }
}
