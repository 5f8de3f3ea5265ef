package org.memlora.models.bases;

/** Told how far long work on a base is. Calls come from the thread that asked for the base. */
@FunctionalInterface
public interface DownloadProgress {

    /**
     * @param what one line, e.g. "checking smollm2-135m-instruct"
     * @param done bytes so far
     * @param total bytes in all
     */
    void step(String what, long done, long total);

    static DownloadProgress none() {
        return (what, done, total) -> { };
    }
}
