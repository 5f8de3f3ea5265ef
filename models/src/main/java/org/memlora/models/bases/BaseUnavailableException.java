package org.memlora.models.bases;

/** A base model that cannot be had; the message is one sentence that says what was tried and what to do. */
public final class BaseUnavailableException extends RuntimeException {
    public BaseUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
