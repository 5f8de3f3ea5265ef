package org.memlora.topology.client;

/** Kafka or the registry can't be used; the message is one sentence with the address. */
public final class ConnectionException extends RuntimeException {
    public ConnectionException(String message, Throwable cause) {
        super(message, cause);
    }
}
