package org.memlora.cli;

/** Something that the user can put right; the message is one sentence. */
final class UserError extends RuntimeException {
    UserError(String message) {
        super(message);
    }

    UserError(String message, Throwable cause) {
        super(message, cause);
    }
}
