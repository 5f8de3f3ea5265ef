package org.memlora.topology.outbox;

/** Deletes events that were consumed. Threading: called by stream threads. */
@FunctionalInterface
public interface EventDeletion {

    /** Deletes what stands before the offset; false if that has to be tried again later. */
    boolean deleteBefore(int partition, long offset);
}
