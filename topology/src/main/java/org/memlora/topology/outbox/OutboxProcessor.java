package org.memlora.topology.outbox;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.memlora.schemas.Answer;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.OperationKind;
import org.memlora.schemas.OutputKey;
import org.memlora.topology.flow.Names;
import org.memlora.topology.flow.SweepMarker;
import org.memlora.topology.monitoring.PipelineMetrics;

/**
 * Gives each output a key of its own, so that a Forget can put a tombstone over every one of its bank's records, and
 * sees each Forget through ({@link ErasureTimes}). The inbox lets a Forget pass alone: what comes here before it is of
 * events before it, what comes after of events after.
 */
public final class OutboxProcessor implements Processor<String, Object, String, Object> {

    private static final List<String> OUTPUTS = List.of(Names.ANSWERS_SINK, Names.OPERATIONS_SINK, Names.DEAD_LETTERS_SINK);
    /** Never put; each deletion appends to the store's changelog. */
    private static final Bytes SWEPT = Bytes.wrap(new byte[] {'s', 'w', 'e', 'p', 't'});

    private static final Duration LONGEST_LOOK = Duration.ofMinutes(1);

    private final ErasureTimes times;
    private final Consumer<TaskId> compaction;
    private final EventsTopic events;
    private final int maxEventBytes;
    private final PipelineMetrics metrics;
    private ProcessorContext<String, Object> context;
    private OutputNumbers numbers;
    private Erasures erasures;

    /**
     * @param compaction drops from the local stores of a task what was deleted
     * @param maxEventBytes room for events in a dead letter
     */
    public OutboxProcessor(ErasureTimes times, Consumer<TaskId> compaction, EventsTopic events, int maxEventBytes,
            PipelineMetrics metrics) {
        this.metrics = metrics;
        this.maxEventBytes = maxEventBytes;
        this.times = times;
        this.compaction = compaction;
        this.events = events;
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
        numbers = new OutputNumbers(context.getStateStore(Names.OUTPUTS_STORE));
        erasures = new Erasures(context.getStateStore(Names.ERASURES_STORE));
        // At least each minute: a task that never lives for a tenth of the time must get to it, too.
        Duration look = times.look().compareTo(LONGEST_LOOK) < 0 ? times.look() : LONGEST_LOOK;
        context.schedule(look, PunctuationType.WALL_CLOCK_TIME, this::look);
        touch();
    }

    @Override
    public void process(Record<String, Object> record) {
        Object value = record.value();
        if (value instanceof Answer answer) {
            metrics.answer(answer.getStatus());
            forward(record, answer.getBankId(), Names.ANSWERS_SINK);
        } else if (value instanceof FailedEvent failed) {
            if (failed.getEvents().stream().mapToLong(ByteBuffer::remaining).sum() > maxEventBytes) {
                failed.setEvents(List.of());
            }
            metrics.deadLetter(failed);
            if (record.key() == null) {
                // All tasks write to one partition here, each with numbers of its own.
                String id = context.taskId().partition() + "-" + numbers.next("", Names.DEAD_LETTERS_SINK);
                context.forward(record.withKey(OutputKey.of("", id)), Names.DEAD_LETTERS_SINK);
            } else {
                forward(record, record.key(), Names.DEAD_LETTERS_SINK);
            }
        } else if (value instanceof MemoryOperation operation && operation.getKind() == OperationKind.FORGET) {
            forget(record, operation);
        } else if (value instanceof MemoryOperation operation) {
            metrics.operation(operation.getKind());
            forward(record, operation.getBankId(), Names.OPERATIONS_SINK);
        } else if (value instanceof SweepMarker marker) {
            if (erasures.takeMarker()) {
                erasures.deleteAt(context.currentSystemTimeMs() + times.step().toMillis(), marker.offset());
            }
        } else {
            throw new IllegalStateException("the outbox was given a " + value.getClass().getSimpleName());
        }
    }

    private void forward(Record<String, Object> record, String bankId, String sink) {
        context.forward(record.withKey(OutputKey.of(bankId, String.valueOf(numbers.next(bankId, sink)))), sink);
    }

    /** Its own record stays: that the bank was forgotten, when and by which event. */
    private void forget(Record<String, Object> record, MemoryOperation operation) {
        metrics.operation(operation.getKind());
        String bankId = operation.getBankId();
        for (String sink : OUTPUTS) {
            long count = numbers.forget(bankId, sink);
            for (long number = 0; number < count; number++) {
                context.forward(new Record<>(OutputKey.of(bankId, String.valueOf(number)), null, record.timestamp()), sink);
            }
        }
        context.forward(record.withKey(OutputKey.of(bankId, operation.getOperationId())), Names.OPERATIONS_SINK);
        erasures.sweepAt(context.currentSystemTimeMs() + times.step().toMillis(), OutputKey.hash(bankId));
    }

    private void look(long now) {
        List<Integer> hashes = erasures.takeSweeps(now);
        if (!hashes.isEmpty()) {
            sweep(hashes, now);
        }
        OptionalLong due = erasures.takeDeletion(now);
        if (due.isPresent()) {
            if (events.deleteBefore(context.taskId().partition(), due.getAsLong())) {
                // Once more: a store that was restored since the sweep may hold what the changelog had not dropped yet.
                compaction.accept(context.taskId());
            } else {
                erasures.deleteAt(now + times.look().toMillis(), due.getAsLong());
            }
        }
        touch();
        if (!hashes.isEmpty() || due.isPresent()) {
            context.commit();
        }
    }

    /**
     * Kafka Streams takes the age of a task's folder for that of its stores, but writes within its subfolders only: a store in use would
     * count as old at the next start (state.cleanup.dir.max.age.ms).
     */
    private void touch() {
        context.stateDir().setLastModified(System.currentTimeMillis());
    }

    @Override
    public void close() {
        touch();
    }

    /** Timestamps are the wall clock's: the age of a segment is the difference to its first record. */
    private void sweep(List<Integer> hashes, long now) {
        for (int hash : hashes) {
            OUTPUTS.forEach(sink -> context.forward(new Record<>(OutputKey.marker(hash), null, now), sink));
        }
        context.forward(new Record<>(OutputKey.marker(context.taskId().partition()), null, now), Names.SWEEP_SINK);
        erasures.markerSent();
        Names.STORES.forEach(name -> context.<KeyValueStore<Bytes, ?>>getStateStore(name).delete(SWEPT));
        compaction.accept(context.taskId());
    }
}
