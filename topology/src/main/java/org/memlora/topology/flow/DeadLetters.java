package org.memlora.topology.flow;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Record;
import org.memlora.operators.Stage;
import org.memlora.operators.StageFailure;
import org.memlora.schemas.FailedEvent;

/** Builds the records of the dead letter topic. Whatever came in, a letter can be written: names and reasons are cut to size. */
public final class DeadLetters {

    private static final int LONGEST_NAME = 300;
    private static final int LONGEST_REASON = 2_000;
    private static final String CUT = "...";

    /** Where a source record stood. */
    public record Origin(String topic, int partition, long offset, long timestamp) { }

    private DeadLetters() { }

    /** The source record could not be read. {@code key}: its key, as a rule the bank's id; may be null. */
    public static Record<String, FailedEvent> unreadable(Origin origin, String key, String reason, byte[] raw) {
        FailedEvent letter = letter(Stage.INBOX, reason, null, List.of(), Instant.ofEpochMilli(origin.timestamp()), List.of());
        letter.setRawBytes(raw == null ? null : ByteBuffer.wrap(raw));
        return record(key, letter, origin);
    }

    /** The event was read but can't be used. {@code key}: of its record; may be null. {@code raw}: the value of its record, for a replay; null = of no use for one. */
    public static Record<String, FailedEvent> refused(
            Stage stage, Origin origin, String key, String reason, String bankId, String eventId, Optional<Instant> time, byte[] raw) {
        FailedEvent letter = letter(stage, reason, bankId, List.of(eventId), time.orElse(Instant.ofEpochMilli(origin.timestamp())),
                raw == null ? List.of() : List.of(raw));
        return record(key, letter, origin);
    }

    /** A stage could not use what it was given. {@code events}: values of the source records. */
    public static Record<String, FailedEvent> failed(String bankId, StageFailure failure, Instant time, List<byte[]> events, long timestamp) {
        FailedEvent letter = letter(failure.stage(), failure.reason(), bankId, failure.eventIds(), time, events);
        letter.setRawText(failure.rawText().isEmpty() ? null : failure.rawText());
        return new Record<>(bankId, letter, timestamp);
    }

    private static Record<String, FailedEvent> record(String key, FailedEvent letter, Origin origin) {
        letter.setTopic(origin.topic());
        letter.setPartition(origin.partition());
        letter.setOffset(origin.offset());
        return new Record<>(cut(key, LONGEST_NAME), letter, origin.timestamp());
    }

    private static FailedEvent letter(
            Stage stage, String reason, String bankId, List<String> eventIds, Instant time, List<byte[]> events) {
        FailedEvent letter = new FailedEvent();
        letter.setStage(stage.word());
        letter.setReason(cut(reason, LONGEST_REASON));
        letter.setBankId(cut(bankId, LONGEST_NAME));
        letter.setEventIds(eventIds.stream().map(id -> cut(id, LONGEST_NAME)).toList());
        letter.setTime(time);
        letter.setEvents(events.stream().map(ByteBuffer::wrap).toList());
        return letter;
    }

    private static String cut(String text, int length) {
        return text == null || text.length() <= length ? text : text.substring(0, length) + CUT;
    }
}
