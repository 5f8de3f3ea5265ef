package org.memlora.evaluation.rows;

/** Told how far a row is. */
public interface RowProgress {

    void step(RowName row, String what, long done, long total);
}
