package org.memlora.topology.outbox;

import java.util.OptionalInt;

/** The topic of events, as its consumers see it. Threading: called by stream threads. */
@FunctionalInterface
public interface EventsTopic {

    /** Deletes what stands before the offset and was consumed; false if that has to be tried again later. */
    boolean deleteBefore(int partition, long offset);

    /** How many there are; empty = not known. */
    default OptionalInt partitions() {
        return OptionalInt.empty();
    }
}
