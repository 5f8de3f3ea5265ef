package org.memlora.topology.demo;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Picture;
import org.memlora.schemas.Question;
import org.memlora.schemas.Turn;

/**
 * An event with what its file says beside it; all of it about questions.
 *
 * @param gold the right answer, for questions that have one
 * @param category LoCoMo's kind of question: 1 multi-hop, 2 temporal, 3 open-domain, 4 single-hop, 5 adversarial (nothing is known)
 * @param evidence ids of the turns that the gold answer rests on
 */
public record ScriptedEvent(ConversationEvent event, Optional<String> gold, OptionalInt category, List<String> evidence) {

    public static final int ADVERSARIAL = 5;

    public ScriptedEvent {
        evidence = List.copyOf(evidence);
    }

    public ScriptedEvent(ConversationEvent event, Optional<String> gold) {
        this(event, gold, OptionalInt.empty(), List.of());
    }

    /** The one that it shows. */
    public Optional<Picture> picture() {
        Object body = event.getBody();
        return Optional.ofNullable(body instanceof Turn turn ? turn.getPicture() : body instanceof Question question ? question.getPicture() : null);
    }

    public boolean isQuestion() {
        return event.getBody() instanceof Question;
    }

    public boolean isAdversarial() {
        return category.orElse(0) == ADVERSARIAL;
    }
}
