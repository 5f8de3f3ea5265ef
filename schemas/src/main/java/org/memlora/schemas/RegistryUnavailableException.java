package org.memlora.schemas;

import org.apache.kafka.common.errors.RetriableException;

/** The schema registry gave no usable answer: it says nothing about the record, and a later try may succeed. */
public final class RegistryUnavailableException extends RetriableException {
    private static final long serialVersionUID = 1L;

    RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
