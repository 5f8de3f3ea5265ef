package org.memlora.models.picture;

/** A picture that can't be used. The message is one sentence: what was found, what is expected, what to do. */
public final class PictureException extends RuntimeException {

    /** Why; stable names, e.g. for dead letters. */
    public enum Reason { EMPTY, TOO_LARGE, UNSUPPORTED_TYPE, TRUNCATED, DAMAGED, TOO_MANY_PIXELS, ANIMATED, UNSUPPORTED_COLOURS }

    private final Reason reason;

    public PictureException(Reason reason, String message) {
        this(reason, message, null);
    }

    public PictureException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
