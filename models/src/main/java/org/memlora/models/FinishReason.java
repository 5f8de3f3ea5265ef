package org.memlora.models;

/** Why a completion ended. */
public enum FinishReason {
    /** A stop token, or the grammar's end. */
    STOP,
    /** The token limit. With a grammar the text was closed by its shortest ending, so it still parses. */
    LENGTH,
    /** Nothing usable came out; {@link Completion#error()} says why. */
    FAILED
}
