package org.memlora.topology.outbox;

import java.time.Duration;

/**
 * When the steps of an erasure come, as parts of the time after which nothing of a forgotten bank may be left:
 * <pre>
 * 0    the Forget: stores and outputs get their tombstones
 * 0.4  the sweep: a record is appended to each topic and changelog, which closes the segment with the bank's records
 *      (it is at least 0.3 old: segment.ms, max.compaction.lag.ms), so that the broker may compact it
 * 0.8  what stands in conversation-events before the sweep's marker is deleted
 * 1    with what is left for the tenths in which a worker looks whether something is due
 * </pre>
 */
public record ErasureTimes(Duration whole) {

    private static final int TENTHS = 10;
    private static final int SEGMENT_TENTHS = 3;
    private static final int STEP_TENTHS = 4;

    /** For segment.ms, max.compaction.lag.ms and delete.retention.ms of all topics. */
    public Duration segment() {
        return tenths(SEGMENT_TENTHS);
    }

    /** The whole time of an erasure whose topics have these segments. */
    public static Duration ofSegment(Duration segment) {
        return segment.multipliedBy(TENTHS).dividedBy(SEGMENT_TENTHS);
    }

    /** From the Forget to the sweep, and from the sweep to the deletion of events. */
    Duration step() {
        return tenths(STEP_TENTHS);
    }

    Duration look() {
        return tenths(1);
    }

    private Duration tenths(int count) {
        return whole.multipliedBy(count).dividedBy(TENTHS);
    }
}
