package org.memlora.schemas;

import org.apache.kafka.common.errors.SerializationException;

/** These bytes will never be readable: retrying is pointless. A registry that is down is a {@link RegistryUnavailableException}. */
public final class UnreadableRecordException extends SerializationException {
    private static final long serialVersionUID = 1L;

    /** Why bytes can't be read. */
    public enum Reason {
        /** Not magic byte 0 followed by a four-byte schema id. */
        NOT_CONFLUENT_FORMAT,
        /** The registry answers and does not know the schema id. */
        UNKNOWN_SCHEMA_ID,
        /** The schema is known, the bytes after it don't follow it or it can't be resolved with ours. */
        UNREADABLE_AVRO,
        /** A well-formed record of another type. */
        WRONG_RECORD
    }

    private final Reason reason;
    private final String found;
    private final String expected;

    UnreadableRecordException(Reason reason, String found, String expected, Throwable cause) {
        super(reason + ": found " + found + ", expected " + expected, cause);
        this.reason = reason;
        this.found = found;
        this.expected = expected;
    }

    /** Why the bytes can't be read. */
    public Reason reason() {
        return reason;
    }

    /** What the bytes hold: the record's full name for {@code WRONG_RECORD}, a description otherwise. */
    public String found() {
        return found;
    }

    /** What should have been there: the record's full name for {@code WRONG_RECORD}, a description otherwise. */
    public String expected() {
        return expected;
    }
}
