package org.memlora.topology.client;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.OutputKey;
import org.memlora.schemas.Topics;
import org.memlora.topology.PipelineSettings;

/**
 * The dead letters that stand, and their events once more. A replayed event has an id of its own, made of the old one and
 * the letter's place, so that replaying a letter twice has one effect; then the letter is erased. Threading: one thread.
 */
public final class DeadLetterBox implements AutoCloseable {

    private static final String TOPIC = Topics.DEAD_LETTERS.name();
    private static final Duration CLOSE = Duration.ofSeconds(15);
    private static final int LONGEST_OLD_ID = 200;

    /**
     * @param id partition and offset, as in 3-17
     * @param content without its events, which may be large
     * @param hasEvents whether they are there for a replay
     */
    public record Letter(String id, String key, int partition, long offset, FailedEvent content, boolean hasEvents) {
        static Letter of(ConsumerRecord<String, FailedEvent> record) {
            FailedEvent content = record.value();
            boolean hasEvents = !content.getEvents().isEmpty() || content.getRawBytes() != null;
            content.setEvents(List.of());
            content.setRawBytes(null);
            return new Letter(record.partition() + "-" + record.offset(), record.key(), record.partition(), record.offset(), content, hasEvents);
        }

        public DeadLetterReason reason() {
            return DeadLetterReason.of(content.getReason());
        }

        /** False: nothing of the event was kept, or it could only fail again. */
        public boolean canBeReplayed() {
            return reason().replay() != DeadLetterReason.Replay.USELESS && hasEvents;
        }
    }

    private final Map<String, Object> settings;
    private final AvroSerdes serdes;
    private Producer<String, byte[]> producer;
    /** Of single letters, for replays. */
    private TopicReader<FailedEvent> places;

    DeadLetterBox(Map<String, Object> settings, AvroSerdes serdes, int maxMessageBytes) {
        this.settings = new HashMap<>(settings);
        this.settings.putAll(PipelineSettings.producerLimits(maxMessageBytes));
        this.serdes = serdes;
    }

    /** All letters that were neither replayed nor erased with their bank, in the order of each partition. */
    public List<Letter> letters() {
        Map<String, Letter> letters = new LinkedHashMap<>();
        try (TopicReader<FailedEvent> reader = reader()) {
            reader.readAllToEnd(record -> {
                String key = record.key() == null ? record.partition() + "-" + record.offset() : record.key();
                letters.remove(key);
                if (record.value() != null) {
                    letters.put(key, Letter.of(record));
                }
            });
        }
        return List.copyOf(letters.values());
    }

    /** Sends the letter's events again and erases the letter; returns how many. @throws ConnectionException if the broker didn't take them */
    public int replay(Letter letter) throws InterruptedException {
        FailedEvent whole = whole(letter);
        List<ProducerRecord<String, byte[]>> events = new ArrayList<>();
        if (whole.getEvents().isEmpty()) {
            String bank = OutputKey.bankId(letter.key == null ? "" : letter.key);
            events.add(event(bank.isEmpty() ? null : bank, bytes(whole.getRawBytes())));
        }
        for (ByteBuffer event : whole.getEvents()) {
            events.add(event(letter, events.size(), bytes(event)));
        }
        for (ProducerRecord<String, byte[]> event : events) {
            send(event);
        }
        if (letter.key != null) {
            erase(letter);
        }
        return events.size();
    }

    /** Erases letters about events of the bank that came under another key, which its Forget does not reach; returns how many. */
    public int eraseUnderOtherKeys(String bankId) throws InterruptedException {
        int erased = 0;
        for (Letter letter : letters()) {
            if (letter.key != null && bankId.equals(letter.content.getBankId()) && !OutputKey.bankId(letter.key).equals(bankId)) {
                erase(letter);
                erased++;
            }
        }
        return erased;
    }

    private void erase(Letter letter) throws InterruptedException {
        send(new ProducerRecord<>(TOPIC, letter.partition, letter.key, null));
    }

    private FailedEvent whole(Letter letter) {
        places = places == null ? reader() : places;
        return places.at(letter.partition, letter.offset).orElseThrow(() -> new ConnectionException(
                "Dead letter " + letter.id + " is gone: it was erased meanwhile, with its bank or by its topic's time.", null));
    }

    private TopicReader<FailedEvent> reader() {
        return new TopicReader<>(settings, TOPIC, serdes.deadLetters().deserializer(), true);
    }

    /** @param place in the letter: ids whose beginnings are equal would be one event twice */
    private ProducerRecord<String, byte[]> event(Letter letter, int place, byte[] value) {
        ConversationEvent event = serdes.conversationEvents().deserializer().deserialize(Topics.CONVERSATION_EVENTS.name(), value);
        String id = event.getEventId();
        event.setEventId((id.length() > LONGEST_OLD_ID ? id.substring(0, LONGEST_OLD_ID) : id) + "~" + letter.id + (place == 0 ? "" : "." + place));
        return event(event.getBankId(), serdes.conversationEvents().serializer().serialize(Topics.CONVERSATION_EVENTS.name(), event));
    }

    private static ProducerRecord<String, byte[]> event(String key, byte[] value) {
        return new ProducerRecord<>(Topics.CONVERSATION_EVENTS.name(), key, value);
    }

    private void send(ProducerRecord<String, byte[]> record) throws InterruptedException {
        if (producer == null) {
            producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
        }
        try {
            producer.send(record).get();
        } catch (ExecutionException e) {
            throw new ConnectionException("A record for " + record.topic() + " could not be sent: " + e.getCause().getMessage(), e);
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    @Override
    public void close() {
        Optional.ofNullable(places).ifPresent(TopicReader::close);
        Optional.ofNullable(producer).ifPresent(open -> open.close(CLOSE));
    }
}
