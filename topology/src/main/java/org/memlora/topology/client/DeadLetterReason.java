package org.memlora.topology.client;

import java.util.Arrays;

/** What the first word of a dead letter's reason means, and what helps. */
public enum DeadLetterReason {

    UNREADABLE(Replay.AFTER_A_CHANGE, "The record is no event in Confluent's Avro format that the registry knows.",
            "Repair the producer; if the registry lacked the schema, register it and replay."),
    EVENT_TOO_LARGE(Replay.USELESS, "The event is larger than event.max.bytes and was not kept.",
            "Send it smaller, or raise event.max.bytes and send it again."),
    NO_EVENT_ID(Replay.USELESS, "The event has no id.", "Send it with one."),
    NO_BANK_ID(Replay.USELESS, "The event names no bank.", "Send it with one."),
    ID_TOO_LONG(Replay.USELESS, "The event's or the bank's id is too long.", "Send it with a shorter one."),
    KEY_MISMATCH(Replay.AFTER_A_CHANGE, "The record's key is not the event's bank.",
            "Find out which is right; a replay sends it to the bank that the event names."),
    WRONG_PARTITION(Replay.AFTER_A_CHANGE, "The event stands in another partition than its bank's.",
            "Let the producer choose partitions as Kafka's Java clients do (librdkafka: partitioner=murmur2_random); a replay sends it to the right one."),
    INVALID_TIME(Replay.USELESS, "The event's time can't be.", "Send it with a time in milliseconds since 1970."),
    NO_TIME(Replay.USELESS, "The turn has no time.", "Send it with one."),
    NO_SPEAKER(Replay.USELESS, "The turn has no speaker.", "Send it with one."),
    NAME_TOO_LONG(Replay.USELESS, "The speaker's name is too long.", "Send it with a shorter one."),
    EMPTY_TEXT(Replay.USELESS, "There is nothing in the event.", "Nothing to do."),
    TEXT_TOO_LONG(Replay.AFTER_A_CHANGE, "The text is longer than event.text.max.chars.", "Raise event.text.max.chars and replay, or send it in parts."),
    UNKNOWN_BODY(Replay.AFTER_A_CHANGE, "The event is of a kind that the worker does not know.", "Start workers of the producer's version and replay."),
    DUPLICATE_EVENT(Replay.USELESS, "The bank had an event of this id before, and that one counted.", "Nothing to do."),
    LATE_EVENT(Replay.AFTER_A_CHANGE, "The turn was said too long before the bank's latest turn.", "Raise event.max.lateness.ms and replay."),
    NO_VISION_EXPERT(Replay.AFTER_A_CHANGE, "Nobody could see the picture.", "Send it with a caption, or start workers with a vision expert and replay."),
    PICTURE_EMPTY(Replay.USELESS, "The picture's file has 0 bytes.", "Send it with the file's content."),
    PICTURE_TOO_LARGE(Replay.AFTER_A_CHANGE, "The picture's file is too large.", "Send a smaller version, or raise picture.fetch.max.bytes and replay."),
    PICTURE_UNSUPPORTED_TYPE(Replay.AFTER_A_CHANGE, "The picture's file is no JPEG, PNG or WebP.",
            "Send it converted; where a URI gave an error page, repair that and replay."),
    PICTURE_TRUNCATED(Replay.AFTER_A_CHANGE, "The picture's file ends too early.", "Send the whole file; if it came from a URI, replay."),
    PICTURE_DAMAGED(Replay.AFTER_A_CHANGE, "The picture's file can't be decoded.", "Send an undamaged one; if it came from a URI, replay."),
    PICTURE_TOO_MANY_PIXELS(Replay.USELESS, "The picture has more pixels than are decoded.", "Send a smaller version."),
    PICTURE_ANIMATED(Replay.USELESS, "The picture is animated.", "Send one frame of it."),
    PICTURE_UNSUPPORTED_COLOURS(Replay.USELESS, "The picture has no RGB or grey colours.", "Send it converted to RGB."),
    PICTURE_MISSING(Replay.USELESS, "The picture has neither bytes nor a URI, or both.", "Send it with one of them."),
    PICTURE_UNREACHABLE(Replay.AT_ONCE, "The picture could not be fetched from its URI.", "Replay when it can be reached, or send the bytes."),
    PICTURE_URI_REFUSED(Replay.AFTER_A_CHANGE, "The picture's URI is none, of another scheme than http and https, or points to this host or its networks.",
            "Send the bytes; only where all producers are trusted, set picture.allow.local and replay."),
    MODEL_FAILED(Replay.AT_ONCE, "The model could not serve this request.",
            "Replay; where the prompt is too long for the context, start workers with more --context-tokens or fewer question.memories before. If it fails again, look into the worker's log."),
    OPERATOR_FAILED(Replay.AT_ONCE, "The stage broke off, also when it was tried again and alone.", "Replay; if it fails again, look into the worker's log."),
    TOKEN_LIMIT(Replay.AFTER_A_CHANGE, "The model was cut off at its limit of tokens; what was complete counted.", "Nothing to do, or replay with another model or expert."),
    UNGROUNDED(Replay.AFTER_A_CHANGE, "The model made up a fact; it was left out.", "Nothing to do, or replay with another model or expert."),
    OTHER(Replay.AFTER_A_CHANGE, "A reason that this version does not know.", "Read the reason, change what it names and replay.");

    /** When it makes sense to send the events again. */
    public enum Replay { AT_ONCE, AFTER_A_CHANGE, USELESS }

    private final Replay replay;
    private final String meaning;
    private final String advice;

    DeadLetterReason(Replay replay, String meaning, String advice) {
        this.replay = replay;
        this.meaning = meaning;
        this.advice = advice;
    }

    /** Of a letter's reason, which starts with the word. */
    public static DeadLetterReason of(String reason) {
        String word = reason.split("[: ]", 2)[0];
        return Arrays.stream(values()).filter(known -> known.name().equals(word)).findFirst().orElse(OTHER);
    }

    public Replay replay() {
        return replay;
    }

    /** One sentence. */
    public String meaning() {
        return meaning;
    }

    /** One sentence: what to do. */
    public String advice() {
        return advice;
    }
}
