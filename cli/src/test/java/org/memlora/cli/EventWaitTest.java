package org.memlora.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.memlora.schemas.FailedEvent;
import org.memlora.topology.client.PlaceInLine.Workers;

class EventWaitTest {

    private static String reason(Workers workers, long before) {
        return EventWait.reason(workers, before, "memlora-2", Duration.ofSeconds(90));
    }

    private static FailedEvent letter(String stage, String eventId) {
        return FailedEvent.newBuilder().setStage(stage).setReason("LATE_EVENT: said before").setEventIds(List.of(eventId)).setTime(Instant.EPOCH).build();
    }

    @Test
    void aRefusalIsTheInboxsLetterAboutTheEventAlone() {
        EventWait.refuseIfRefused(letter("inbox", "other"), "ask-1", "question");
        EventWait.refuseIfRefused(letter("generation", "ask-1"), "ask-1", "question");
        assertThatThrownBy(() -> EventWait.refuseIfRefused(letter("inbox", "ask-1"), "ask-1", "question")).isInstanceOf(EventWait.RefusedException.class)
                .hasMessageContainingAll("The question was refused: LATE_EVENT: said before", "memlora dead-letters");
    }

    @Test
    void saysWhatIsSeenOfTheWorkersAndWhatToDo() {
        assertThat(reason(Workers.NEVER_SEEN, 0)).contains("no worker of the application memlora-2 has been seen within 90 s", "memlora serve", "--application-id")
                .doesNotContain("--timeout");
        assertThat(reason(Workers.NOT_KNOWN, 0)).contains("the brokers didn't tell within 90 s", "memlora-2");
        assertThat(reason(Workers.NOT_ALLOWED, 0)).contains("right to describe the consumer group memlora-2", "--timeout").doesNotContain("Is one running");
        assertThat(reason(Workers.BEFORE_EVENT, 7)).contains("no worker of the application memlora-2 got on within 90 s with the 7 events before it", "memlora serve");
        assertThat(reason(Workers.BEFORE_EVENT, 0)).doesNotContain("events before it");
        assertThat(reason(Workers.PAST_EVENT, 0)).contains("took it", "--timeout").doesNotContain("Is one running");
    }
}
