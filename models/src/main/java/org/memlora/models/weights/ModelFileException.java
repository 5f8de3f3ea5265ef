package org.memlora.models.weights;

import java.nio.file.Path;

/** A model file that cannot be used: missing, truncated, foreign or inconsistent. The message is one sentence. */
public final class ModelFileException extends RuntimeException {

    public ModelFileException(Path file, String found, String expected, String remedy) {
        this(file, found, expected, remedy, null);
    }

    public ModelFileException(Path file, String found, String expected, String remedy, Throwable cause) {
        super(file + ": found " + found + ", expected " + expected + "; " + remedy + ".", cause);
    }
}
