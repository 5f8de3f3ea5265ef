package org.memlora.topology.inbox;

import java.time.Instant;
import java.util.Optional;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Forget;
import org.memlora.schemas.Question;
import org.memlora.schemas.Turn;

/** Says why an event can't be used, as far as the event alone tells. */
final class EventValidator {

    /** A time beyond, microseconds for instance, would make every later turn of the bank a late one. */
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

    /** They stand in keys and in all that is made from the event. */
    private static final int LONGEST_ID = 256;

    private final int maxTextChars;

    EventValidator(int maxTextChars) {
        this.maxTextChars = maxTextChars;
    }

    /** The reason to refuse the event; empty = it can be used. */
    Optional<String> refusal(String recordKey, ConversationEvent event) {
        if (event.getEventId().isBlank()) {
            return Optional.of("NO_EVENT_ID: the eventId is empty");
        }
        if (event.getEventId().length() > LONGEST_ID || event.getBankId().length() > LONGEST_ID) {
            return Optional.of("ID_TOO_LONG: ids may have " + LONGEST_ID + " characters, the eventId has "
                    + event.getEventId().length() + ", the bankId " + event.getBankId().length());
        }
        if (event.getBankId().isBlank()) {
            return Optional.of("NO_BANK_ID: the bankId is empty");
        }
        if (!event.getBankId().equals(recordKey)) {
            return Optional.of("KEY_MISMATCH: the record key is "
                    + (recordKey == null ? "null" : '"' + recordKey + '"') + ", expected the bankId");
        }
        if (event.getTime() != null && (event.getTime().isBefore(Instant.EPOCH) || event.getTime().isAfter(LATEST))) {
            return Optional.of("INVALID_TIME: " + event.getTime() + " is not between 1970 and 9999; times are in milliseconds");
        }
        Object body = event.getBody();
        if (body instanceof Turn turn) {
            return refusal(event, turn);
        }
        if (body instanceof Question question) {
            return saysNothing(question.getText()) ? Optional.of("EMPTY_TEXT: the question is empty") : tooLong(question.getText());
        }
        return body instanceof Forget ? Optional.empty() : Optional.of("UNKNOWN_BODY: "
                + (body == null ? "null" : body.getClass().getSimpleName()) + " is neither turn nor question nor forget");
    }

    /** White space, or characters that nobody sees (zero-width space, byte order mark), of which no tokenizer makes a token. */
    static boolean saysNothing(String text) {
        return text.codePoints().allMatch(point -> Character.isWhitespace(point) || Character.isSpaceChar(point) || Character.isISOControl(point)
                || Character.getType(point) == Character.FORMAT);
    }

    private Optional<String> refusal(ConversationEvent event, Turn turn) {
        if (event.getTime() == null) {
            return Optional.of("NO_TIME: a turn needs a time");
        }
        if (turn.getSpeaker().isBlank()) {
            return Optional.of("NO_SPEAKER: a turn needs a speaker");
        }
        if (turn.getSpeaker().length() > LONGEST_ID) {
            return Optional.of("NAME_TOO_LONG: a speaker's name may have " + LONGEST_ID + " characters, this one has "
                    + turn.getSpeaker().length());
        }
        if (saysNothing(turn.getText()) && turn.getPicture() == null) {
            return Optional.of("EMPTY_TEXT: the turn has neither text nor picture");
        }
        String caption = turn.getPicture() == null || turn.getPicture().getCaption() == null ? "" : turn.getPicture().getCaption();
        return tooLong(turn.getText()).or(() -> tooLong(caption));
    }

    private Optional<String> tooLong(String text) {
        return text.length() <= maxTextChars ? Optional.empty()
                : Optional.of("TEXT_TOO_LONG: " + text.length() + " characters, at most " + maxTextChars + " are read");
    }
}
