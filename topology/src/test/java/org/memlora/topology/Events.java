package org.memlora.topology;

import java.time.Duration;
import java.time.Instant;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Forget;
import org.memlora.schemas.Picture;
import org.memlora.schemas.Question;
import org.memlora.schemas.Turn;

/** Events of a dialogue; {@code minute} is the event time after {@link #START}. */
final class Events {

    static final Instant START = Instant.parse("2023-05-08T12:00:00Z");

    private Events() { }

    static Instant at(long minute) {
        return START.plus(Duration.ofMinutes(minute));
    }

    static ConversationEvent turn(String bank, String id, long minute, String speaker, String text) {
        return event(bank, id, at(minute), new Turn(speaker, text, null, false));
    }

    static ConversationEvent lastTurn(String bank, String id, long minute, String speaker, String text) {
        return event(bank, id, at(minute), new Turn(speaker, text, null, true));
    }

    static ConversationEvent pictureTurn(String bank, String id, long minute, String text, String caption) {
        return event(bank, id, at(minute), new Turn("Ann", text, new Picture(null, "http://pictures/1.png", "image/png", caption), false));
    }

    static ConversationEvent question(String bank, String id, long minute, String text) {
        return event(bank, id, at(minute), new Question(text, null));
    }

    static ConversationEvent forget(String bank, String id, long minute) {
        return event(bank, id, at(minute), new Forget("asked by the person"));
    }

    static ConversationEvent event(String bank, String id, Instant time, Object body) {
        return new ConversationEvent(id, bank, time, body);
    }
}
