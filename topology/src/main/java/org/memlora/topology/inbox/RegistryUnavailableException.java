package org.memlora.topology.inbox;

/** The schema registry can't be asked. Ends the stream thread; the worker starts another from the last commit. */
public final class RegistryUnavailableException extends RuntimeException {
    RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
