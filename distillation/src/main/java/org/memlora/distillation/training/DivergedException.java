package org.memlora.distillation.training;

/** A training whose loss is no number any more; what it cost until then. */
public final class DivergedException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    private final int steps;
    private final long tokens;
    private final double seconds;

    DivergedException(String message, int steps, long tokens, double seconds) {
        super(message);
        this.steps = steps;
        this.tokens = tokens;
        this.seconds = seconds;
    }

    public int steps() {
        return steps;
    }

    public long tokens() {
        return tokens;
    }

    public double seconds() {
        return seconds;
    }
}
