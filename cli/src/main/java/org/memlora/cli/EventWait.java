package org.memlora.cli;

import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.AuthorizationException;
import org.memlora.operators.Stage;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.Topics;
import org.memlora.topology.client.ConnectionException;
import org.memlora.topology.client.PipelineClient;
import org.memlora.topology.client.PlaceInLine;
import org.memlora.topology.client.TopicReader;
import org.memlora.topology.demo.WorkProgress;

/**
 * Waits until the workers have done something about an event that it sends: shows how many events stand before it, and gives up when it was
 * refused or nothing moves any more.
 */
final class EventWait implements AutoCloseable {

    private final String eventId;
    private final String name;
    private final String applicationId;
    private final Duration timeout;
    private final WorkProgress progress;
    private final Optional<TopicReader<FailedEvent>> letters;
    private final PlaceInLine place;
    private long line;

    /** @param name what the event is, e.g. question */
    EventWait(PipelineClient client, ConversationEvent event, String name, String applicationId, Duration timeout, WorkProgress progress) throws InterruptedException {
        this.eventId = event.getEventId();
        this.name = name;
        this.applicationId = applicationId;
        this.timeout = timeout;
        this.progress = progress;
        letters = letters(client);
        try {
            place = client.placeInLine(applicationId, PipelineClient.await(client.send(event)));
        } catch (RuntimeException | InterruptedException e) {
            letters.ifPresent(TopicReader::close);
            throw e;
        }
    }

    /** Who may ask need not have the right to read what failed, which may be other people's: none then. */
    private static Optional<TopicReader<FailedEvent>> letters(PipelineClient client) {
        try {
            return Optional.of(client.read(Topics.DEAD_LETTERS, false));
        } catch (ConnectionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * To be called again and again while nothing has come of the event.
     *
     * @throws RefusedException if it stands in the dead letters
     * @throws GivenUpException if nothing moved for the timeout; the message says what is seen of the workers
     */
    void look() throws InterruptedException {
        if (letters.isPresent()) {
            for (ConsumerRecord<String, FailedEvent> letter : letters.get().poll(Duration.ZERO)) {
                refuseIfRefused(letter.value(), eventId, name);
            }
        }
        long before = place.eventsBefore().orElse(0);
        line = Math.max(line, before);
        if (before > 0) {
            progress.step("events before the " + name, line - before, line, "events");
        } else {
            progress.waiting("waiting for the workers", place.sinceLastMove(), timeout);
        }
        if (place.sinceLastMove().compareTo(timeout) >= 0) {
            throw new GivenUpException("Nothing came of the " + name + ": " + reason(place.workers(), before, applicationId, timeout) + " The " + name + " stays in the topic.");
        }
    }

    /** A stage's letter comes beside an answer; the inbox's is all that comes. */
    static void refuseIfRefused(FailedEvent letter, String eventId, String name) {
        if (letter.getEventIds().contains(eventId) && letter.getStage().equals(Stage.INBOX.word())) {
            throw new RefusedException("The " + name + " was refused: " + letter.getReason() + ". It stands in the dead letters (memlora dead-letters).");
        }
    }

    static String reason(PlaceInLine.Workers workers, long before, String applicationId, Duration timeout) {
        String within = " within " + timeout.toSeconds() + " s";
        return switch (workers) {
            case NOT_KNOWN -> "the brokers didn't tell" + within + " how far the workers of the application " + applicationId + " are.";
            case NEVER_SEEN -> "no worker of the application " + applicationId + " has been seen" + within
                    + ". Is one running (memlora serve), and is this its --application-id?";
            case NOT_ALLOWED -> "no answer came" + within + ", and how far the workers of the application " + applicationId
                    + " are can't be seen: the right to describe the consumer group " + applicationId + " is missing. Raise --timeout if they are behind.";
            case BEFORE_EVENT -> "no worker of the application " + applicationId + " got on" + within + (before > 0 ? " with the " + before + " events before it" : "")
                    + ". Is one running (memlora serve)? A slow model may need a longer --timeout.";
            case PAST_EVENT -> "the workers of the application " + applicationId + " took it, and were not done with it" + within
                    + ". A slow model may need a longer --timeout.";
        };
    }

    @Override
    public void close() {
        progress.close();
        place.close();
        letters.ifPresent(TopicReader::close);
    }

    /** Nothing moved for the timeout. */
    static final class GivenUpException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        GivenUpException(String message) {
            super(message);
        }
    }

    /** The event is no valid one, or can't be worked on here. */
    static final class RefusedException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        RefusedException(String message) {
            super(message);
        }
    }
}
