package org.memlora.operators;

/** Model work of one stage. {@code nanos} is wall time; requests of one batch share it evenly, so that sums are true. */
public record StageUsage(int calls, int promptTokens, int outputTokens, long nanos) {
    public static final StageUsage NONE = new StageUsage(0, 0, 0, 0);

    public StageUsage plus(StageUsage other) {
        return new StageUsage(calls + other.calls, promptTokens + other.promptTokens, outputTokens + other.outputTokens, nanos + other.nanos);
    }
}
