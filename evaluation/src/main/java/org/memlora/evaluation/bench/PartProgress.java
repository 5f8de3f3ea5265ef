package org.memlora.evaluation.bench;

/** Told how far a measurement is. */
interface PartProgress {

    /** @param what in words; {@code done} of {@code total} is a share */
    void step(String what, long done, long total);
}
