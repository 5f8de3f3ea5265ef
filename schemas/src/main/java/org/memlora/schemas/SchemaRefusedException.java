package org.memlora.schemas;

import org.apache.kafka.common.errors.SerializationException;

/** The registry answered and refused a schema of ours, as a rule because it is not compatible with the subject's. */
public final class SchemaRefusedException extends SerializationException {
    private static final long serialVersionUID = 1L;

    SchemaRefusedException(String subject, Throwable cause) {
        super("The schema registry refused the schema for subject " + subject + ": " + cause.getMessage(), cause);
    }
}
