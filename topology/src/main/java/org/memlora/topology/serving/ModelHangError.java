package org.memlora.topology.serving;

/**
 * A model call did not come back. Nothing in this process can end it, and every further call would wait behind it: an
 * error, so that the worker stops, what it had begun is aborted, and another one takes up its partitions.
 */
public final class ModelHangError extends Error {
    private static final long serialVersionUID = 1L;

    ModelHangError(String message) {
        super(message);
    }
}
