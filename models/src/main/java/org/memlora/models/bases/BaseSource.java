package org.memlora.models.bases;

import java.io.IOException;
import java.nio.file.Path;

/** One place to fetch a base from. The resolver checks size and checksum afterwards. */
public interface BaseSource {

    /** For messages, e.g. "the Hugging Face hub". */
    String describe();

    /** Bytes needed on disk at the same time, at most. */
    long diskBytes(BaseModel base);

    /**
     * Writes the base to {@code target}, a file that does not exist yet, in a folder that is deleted afterwards.
     *
     * @throws IOException if this source cannot deliver; the message says why in a few words
     */
    void fetch(BaseModel base, Path target, DownloadProgress progress) throws IOException, InterruptedException;
}
