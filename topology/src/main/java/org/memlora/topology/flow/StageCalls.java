package org.memlora.topology.flow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls an operator for a whole micro-batch. When it throws, the call is repeated; when it goes on throwing, each input
 * is tried alone, so that one bad input doesn't take the others with it. Exceptions of Kafka pass through. A stack that
 * overflows is an input's doing, too.
 *
 * @param retries repetitions of the whole call
 * @param salvageTime no input is tried alone once this long has passed since the first attempt
 */
public record StageCalls(int retries, Duration salvageTime) {

    private static final Logger LOG = LoggerFactory.getLogger(StageCalls.class);

    /** One result per input, in order; {@code failed} makes the result of an input that can't be served. */
    public <I, R> List<R> call(
            List<I> inputs, Function<List<I>, List<R>> operator, BiFunction<I, RuntimeException, R> failed) {
        return call(inputs, input -> { }, operator, failed);
    }

    /** As above; {@code reset} undoes what an attempt left at an input and is called before each attempt and each failure. */
    public <I, R> List<R> call(List<I> inputs, Consumer<I> reset, Function<List<I>, List<R>> operator,
            BiFunction<I, RuntimeException, R> failed) {
        if (inputs.isEmpty()) {
            return List.of();
        }
        long deadline = System.nanoTime() + salvageTime.toNanos();
        RuntimeException last = null;
        for (int attempt = 0; attempt <= retries; attempt++) {
            try {
                return attempt(inputs, reset, operator);
            } catch (KafkaException e) {
                throw e;
            } catch (RuntimeException e) {
                LOG.warn("Attempt {} of {} at {} inputs failed", attempt + 1, retries + 1, inputs.size(), e);
                last = e;
            }
        }
        return oneByOne(inputs, reset, operator, failed, last, inputs.size() > 1 ? deadline : System.nanoTime());
    }

    /** One call per input, without repetition. */
    public <I, R> List<R> each(List<I> inputs, Consumer<I> reset, Function<I, R> operator,
            BiFunction<I, RuntimeException, R> failed) {
        long deadline = System.nanoTime() + salvageTime.toNanos();
        return oneByOne(inputs, reset, one -> List.of(operator.apply(one.get(0))), failed,
                new IllegalStateException("no time was left to try it alone"), deadline);
    }

    private static <I, R> List<R> oneByOne(List<I> inputs, Consumer<I> reset, Function<List<I>, List<R>> operator,
            BiFunction<I, RuntimeException, R> failed, RuntimeException last, long deadline) {
        List<R> results = new ArrayList<>(inputs.size());
        for (I input : inputs) {
            RuntimeException failure = last;
            if (System.nanoTime() < deadline) {
                try {
                    results.addAll(attempt(List.of(input), reset, operator));
                    continue;
                } catch (KafkaException e) {
                    throw e;
                } catch (RuntimeException e) {
                    failure = e;
                }
            }
            reset.accept(input);
            results.add(failed.apply(input, failure));
        }
        return results;
    }

    private static <I, R> List<R> attempt(List<I> inputs, Consumer<I> reset, Function<List<I>, List<R>> operator) {
        inputs.forEach(reset);
        List<R> results;
        try {
            results = operator.apply(inputs);
        } catch (StackOverflowError e) {
            throw new IllegalStateException("the stack overflowed", e);
        }
        if (results.size() != inputs.size()) {
            throw new IllegalStateException("the operator gave " + results.size() + " results for " + inputs.size() + " inputs");
        }
        return results;
    }

    /** The reason of a dead letter for an exception. */
    public static String reason(RuntimeException e) {
        return "OPERATOR_FAILED: " + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
    }
}
