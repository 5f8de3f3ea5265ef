package org.memlora.topology.demo;

/** A dialogue that can't be read; the message is one sentence with file and place. */
public final class DialogueFileException extends RuntimeException {
    public DialogueFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
