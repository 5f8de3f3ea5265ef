package org.memlora.topology.inbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.memlora.operators.Stage;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.Forget;
import org.memlora.schemas.OutputKey;
import org.memlora.schemas.Turn;
import org.memlora.topology.flow.BankItem;
import org.memlora.topology.flow.DeadLetters;
import org.memlora.topology.flow.DeadLetters.Origin;
import org.memlora.topology.flow.MicroBatch;
import org.memlora.topology.flow.Names;
import org.memlora.topology.flow.SweepMarker;
import org.memlora.topology.monitoring.PipelineMetrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes events in, and lets them go as micro-batches: when enough wait, or after a short wait. An offset is committed
 * when {@code process} returned, so what waits stands in a changelogged store.
 *
 * <p>A Forget erases the seen ids of its bank on arrival (they all stand before it) and the rest at its place in the
 * order. It leaves no id of its own behind: sent twice, it erases twice.
 */
public final class InboxProcessor implements Processor<String, byte[], String, Object> {

    private static final Logger LOG = LoggerFactory.getLogger(InboxProcessor.class);

    private final InboxSettings settings;
    private final String topic;
    private final EventReader reader;
    private final EventValidator validator;
    private final boolean seesPictures;
    private final Supplier<OptionalInt> partitionCount;
    private final PipelineMetrics metrics;
    private ProcessorContext<String, Object> context;
    private InboxQueue queue;
    private SeenEvents seen;
    private ExchangePairing pairing;
    private OptionalInt partitions;

    /**
     * @param seesPictures whether a later stage looks at them
     * @param partitionCount the topic's number of partitions; empty = not known, then no event is in a wrong one
     */
    public InboxProcessor(InboxSettings settings, String topic, Deserializer<ConversationEvent> deserializer, boolean seesPictures,
            Supplier<OptionalInt> partitionCount, PipelineMetrics metrics) {
        this.partitionCount = partitionCount;
        this.seesPictures = seesPictures;
        this.metrics = metrics;
        this.settings = settings;
        this.topic = topic;
        this.reader = new EventReader(deserializer, topic, settings.registryRetry());
        this.validator = new EventValidator(settings.maxTextChars());
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
        partitions = partitionCount.get();
        queue = new InboxQueue(store(Names.INBOX_STORE));
        seen = new SeenEvents(store(Names.SEEN_STORE), settings.seenRetention().toMillis());
        pairing = new ExchangePairing(store(Names.CONVERSATIONS_STORE), stored -> reader.read(stored.value()),
                settings.maxGap(), settings.maxLateness());
        context.schedule(settings.batchWait(), PunctuationType.WALL_CLOCK_TIME, now -> leave());
    }

    @Override
    public void process(Record<String, byte[]> record) {
        Origin origin = origin(record);
        if (record.value() == null && OutputKey.isMarker(record.key())) {
            context.forward(new Record<>(null, new SweepMarker(origin.offset()), record.timestamp()), Names.OUTBOX);
            return;
        }
        Optional<ConversationEvent> event = isSmallEnough(record, origin) ? read(record, origin) : Optional.empty();
        if (event.isPresent() && isUsable(record, event.get(), origin) && isInItsPartition(event.get(), record, origin) && isNew(event.get(), origin)
                && isVisible(record, event.get(), origin)) {
            accept(new StoredEvent(origin.offset(), origin.timestamp(), record.value()), event.get().getBody() instanceof Forget);
        }
    }

    /** A Forget passes all stages alone, after all that stands before it and before anything after it is read. */
    private void accept(StoredEvent event, boolean alone) {
        if (alone) {
            leaveAll();
        }
        queue.add(event);
        metrics.inbox(context.taskId().partition(), queue.size());
        if (alone) {
            leaveAll();
        } else if (queue.size() >= settings.batchEvents()) {
            leave();
        }
    }

    private void leaveAll() {
        while (queue.size() > 0) {
            leave();
        }
    }

    /** Compressed, an event can pass the broker's limit that our own producer, which counts plain bytes, can't pass again. */
    private boolean isSmallEnough(Record<String, byte[]> record, Origin origin) {
        if (record.value() == null || record.value().length <= settings.maxEventBytes()) {
            return true;
        }
        deadLetter(DeadLetters.unreadable(origin, filed(record.key()), "EVENT_TOO_LARGE: " + record.value().length + " bytes, at most "
                + settings.maxEventBytes() + " are read", null));
        return false;
    }

    private Optional<ConversationEvent> read(Record<String, byte[]> record, Origin origin) {
        try {
            return Optional.of(reader.read(record.value()));
        } catch (SerializationException e) {
            deadLetter(DeadLetters.unreadable(origin, filed(record.key()), "UNREADABLE: " + e.getMessage(), record.value()));
            return Optional.empty();
        }
    }

    private boolean isUsable(Record<String, byte[]> record, ConversationEvent event, Origin origin) {
        Optional<String> refusal = validator.refusal(record.key(), event);
        refusal.ifPresent(reason -> refuse(Stage.INBOX, origin, filed(record.key()), reason, event, record.value()));
        return refusal.isEmpty();
    }

    /** In another partition, another task would keep a second half of the bank, and write outputs of the same numbers. */
    private boolean isInItsPartition(ConversationEvent event, Record<String, byte[]> record, Origin origin) {
        if (isOurs(event.getBankId())) {
            return true;
        }
        refuse(Stage.INBOX, origin, null, "WRONG_PARTITION: the bank's partition is " + OutputKey.bankPartition(event.getBankId(), partitions.getAsInt())
                + " of " + partitions.getAsInt() + ", the event stands in " + context.taskId().partition(), event, record.value());
        return false;
    }

    /** The key to file a letter under: the record's, unless another task numbers the letters of that key; then none. */
    private String filed(String key) {
        return key == null || isOurs(key) ? key : null;
    }

    private boolean isOurs(String key) {
        return partitions.isEmpty() || OutputKey.bankPartition(key, partitions.getAsInt()) == context.taskId().partition();
    }

    private boolean isNew(ConversationEvent event, Origin origin) {
        if (event.getBody() instanceof Forget) {
            seen.forget(event.getBankId());
            return true;
        }
        if (seen.add(event.getBankId(), event.getEventId(), context.currentStreamTimeMs())) {
            return true;
        }
        refuse(Stage.INBOX, origin, event.getBankId(), "DUPLICATE_EVENT: the bank had an event of this id before", event, null);
        return false;
    }

    /** Reports a picture that nobody can see; false if nothing else is in the turn. */
    private boolean isVisible(Record<String, byte[]> record, ConversationEvent event, Origin origin) {
        if (seesPictures || !(event.getBody() instanceof Turn turn) || turn.getPicture() == null
                || (turn.getPicture().getCaption() != null && !turn.getPicture().getCaption().isBlank())) {
            return true;
        }
        refuse(Stage.VISION, origin, event.getBankId(), "NO_VISION_EXPERT: the picture has no caption, and no vision expert is loaded", event,
                record.value());
        return !EventValidator.saysNothing(turn.getText());
    }

    /** One micro-batch goes through all stages; after it, the transaction is committed. */
    private void leave() {
        seen.expire(context.currentStreamTimeMs());
        List<BankItem> items = new ArrayList<>();
        List<StoredEvent> events = queue.take(settings.batchEvents());
        for (StoredEvent event : events) {
            items.addAll(pairing.next(event, this::refuse));
        }
        long start = System.nanoTime();
        if (!items.isEmpty()) {
            context.forward(new Record<>(null, new MicroBatch(items), events.get(events.size() - 1).timestamp()), Names.VISION);
        }
        if (!events.isEmpty()) {
            Duration taken = Duration.ofNanos(System.nanoTime() - start);
            warnIfSlow(events.size(), taken);
            metrics.batch(events.size(), taken);
            metrics.inbox(context.taskId().partition(), queue.size());
            context.commit();
        }
    }

    /** Slower than the time limits were made for: a few such batches more, and the transaction times out. */
    private void warnIfSlow(int events, Duration taken) {
        if (taken.compareTo(settings.batchWorst()) > 0) {
            LOG.warn("A micro-batch of {} events took {} s, batch.worst.ms is {}: raise it, or make batch.events smaller",
                    events, taken.toSeconds(), settings.batchWorst().toMillis());
        }
    }

    private void refuse(ExchangePairing.Refusal refusal) {
        refuse(Stage.INBOX, new Origin(topic, context.taskId().partition(), refusal.stored().offset(),
                refusal.stored().timestamp()), refusal.event().getBankId(), refusal.reason(), refusal.event(), refusal.stored().value());
    }

    private void refuse(Stage stage, Origin origin, String key, String reason, ConversationEvent event, byte[] raw) {
        deadLetter(DeadLetters.refused(stage, origin, key, reason, event.getBankId(), event.getEventId(),
                Optional.ofNullable(event.getTime()), raw));
    }

    private void deadLetter(Record<String, FailedEvent> letter) {
        context.forward(letter, Names.OUTBOX);
    }

    private Origin origin(Record<String, byte[]> record) {
        RecordMetadata metadata = context.recordMetadata().orElseThrow();
        return new Origin(metadata.topic(), metadata.partition(), metadata.offset(), record.timestamp());
    }

    private KeyValueStore<Bytes, byte[]> store(String name) {
        return context.getStateStore(name);
    }
}
