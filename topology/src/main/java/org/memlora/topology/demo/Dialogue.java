package org.memlora.topology.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Question;
import org.memlora.schemas.Turn;

/** Events in the order in which they are sent. */
public record Dialogue(List<ScriptedEvent> events, boolean locomo) {

    /** Asked where a bank would not end with a question: its answer shows that all turns before it were processed. */
    static final String CLOSING = "What was talked about last?";

    public Dialogue {
        events = List.copyOf(events);
    }

    /** The first turns and the first questions only; what else happens stays. */
    public Dialogue first(int turns, int questions) {
        List<ScriptedEvent> kept = new ArrayList<>();
        int turnsLeft = turns;
        int questionsLeft = questions;
        for (ScriptedEvent scripted : events) {
            Object body = scripted.event().getBody();
            boolean keep = body instanceof Turn ? turnsLeft-- > 0 : !(body instanceof Question) || questionsLeft-- > 0;
            if (keep) {
                kept.add(scripted);
            }
        }
        return new Dialogue(kept, locomo);
    }

    /** Without questions whose right answer is that nothing is known. */
    Dialogue answerable() {
        return new Dialogue(events.stream().filter(scripted -> !scripted.isAdversarial()).toList(), locomo);
    }

    /** Each bank ends with a question. */
    public Dialogue closed() {
        Map<String, ScriptedEvent> last = new LinkedHashMap<>();
        events.forEach(scripted -> last.put(scripted.event().getBankId(), scripted));
        List<ScriptedEvent> closed = new ArrayList<>(events);
        last.forEach((bank, scripted) -> {
            if (!scripted.isQuestion()) {
                ConversationEvent question = new ConversationEvent();
                question.setEventId("closing-question");
                question.setBankId(bank);
                question.setTime(scripted.event().getTime());
                question.setBody(new Question(CLOSING, null));
                closed.add(new ScriptedEvent(question, Optional.empty()));
            }
        });
        return new Dialogue(closed, locomo);
    }

    /** Whether an event shows one. */
    public boolean hasPictures() {
        return events.stream().anyMatch(scripted -> scripted.picture().isPresent());
    }

    public long turns() {
        return events.stream().filter(scripted -> scripted.event().getBody() instanceof Turn).count();
    }

    public long questions() {
        return events.stream().filter(ScriptedEvent::isQuestion).count();
    }
}
