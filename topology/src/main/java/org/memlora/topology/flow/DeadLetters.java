package org.memlora.topology.flow;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Record;
import org.memlora.operators.Stage;
import org.memlora.operators.StageFailure;
import org.memlora.schemas.FailedEvent;

/** Builds the records of the dead letter topic. */
public final class DeadLetters {

    /** Where a source record stood. */
    public record Origin(String topic, int partition, long offset, long timestamp) { }

    private DeadLetters() { }

    /** The source record could not be read. {@code key}: its key, as a rule the bank's id; may be null. */
    public static Record<String, FailedEvent> unreadable(Origin origin, String key, String reason, byte[] raw) {
        FailedEvent letter = letter(Stage.INBOX, reason, null, List.of(), Instant.ofEpochMilli(origin.timestamp()));
        return record(key, letter, raw, origin);
    }

    /** The event was read but can't be used. {@code raw}: the value of its record, for a replay; null = of no use for one. */
    public static Record<String, FailedEvent> refused(
            Stage stage, Origin origin, String reason, String bankId, String eventId, Optional<Instant> time, byte[] raw) {
        return record(bankId, letter(stage, reason, bankId, List.of(eventId),
                time.orElse(Instant.ofEpochMilli(origin.timestamp()))), raw, origin);
    }

    /** A stage could not use what it was given. */
    public static Record<String, FailedEvent> failed(String bankId, StageFailure failure, Instant time, long timestamp) {
        FailedEvent letter = letter(failure.stage(), failure.reason(), bankId, failure.eventIds(), time);
        letter.setRawText(failure.rawText().isEmpty() ? null : failure.rawText());
        return new Record<>(bankId, letter, timestamp);
    }

    private static Record<String, FailedEvent> record(String key, FailedEvent letter, byte[] raw, Origin origin) {
        letter.setRawBytes(raw == null ? null : ByteBuffer.wrap(raw));
        letter.setTopic(origin.topic());
        letter.setPartition(origin.partition());
        letter.setOffset(origin.offset());
        return new Record<>(key, letter, origin.timestamp());
    }

    private static FailedEvent letter(Stage stage, String reason, String bankId, List<String> eventIds, Instant time) {
        FailedEvent letter = new FailedEvent();
        letter.setStage(stage.name().toLowerCase(Locale.ROOT));
        letter.setReason(reason);
        letter.setBankId(bankId);
        letter.setEventIds(eventIds);
        letter.setTime(time);
        return letter;
    }
}
