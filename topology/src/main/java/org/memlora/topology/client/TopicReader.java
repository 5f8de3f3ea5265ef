package org.memlora.topology.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads all partitions of a topic, committed records only and without a consumer group; records without a value, which
 * erase others, are left out. Threading: one thread.
 */
public final class TopicReader<V> implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);

    private final KafkaConsumer<String, V> consumer;
    private final String topic;
    private final List<TopicPartition> partitions;

    TopicReader(Map<String, Object> settings, String topic, Deserializer<V> values, boolean fromBeginning) {
        this.topic = topic;
        Map<String, Object> own = new HashMap<>(settings);
        own.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        own.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        own.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        own.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);   // the broker would make them with its own settings
        consumer = new KafkaConsumer<>(own, new StringDeserializer(), values);
        partitions = consumer.partitionsFor(topic).stream().map(info -> new TopicPartition(topic, info.partition())).toList();
        if (partitions.isEmpty()) {
            consumer.close();
            throw new ConnectionException("There is no topic " + topic + "; \"memlora serve --create-topics\" makes it.", null);
        }
        consumer.assign(partitions);
        if (fromBeginning) {
            consumer.seekToBeginning(partitions);
        } else {
            consumer.seekToEnd(partitions);
        }
        partitions.forEach(consumer::position);
    }

    /** What has come since the last call, in the order of each partition. */
    public List<ConsumerRecord<String, V>> poll(Duration timeout) {
        List<ConsumerRecord<String, V>> records = new ArrayList<>();
        for (ConsumerRecord<String, V> record : consumer.poll(timeout)) {
            if (record.value() != null) {
                records.add(record);
            }
        }
        return records;
    }

    /** All records up to what is committed now. */
    public List<ConsumerRecord<String, V>> readToEnd() {
        List<ConsumerRecord<String, V>> records = new ArrayList<>();
        readToEnd(records::add);
        return records;
    }

    /** The same one by one, in the order of each partition: none is held here, and a topic may be larger than the heap. */
    public void readToEnd(Consumer<ConsumerRecord<String, V>> action) {
        readAllToEnd(record -> {
            if (record.value() != null) {
                action.accept(record);
            }
        });
    }

    /** The same with the records without a value. */
    void readAllToEnd(Consumer<ConsumerRecord<String, V>> action) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(POLL).forEach(action);
        }
    }

    /** The record at this place; empty when it is gone, or has no value. The reader goes on from behind it, with that partition only. */
    Optional<V> at(int partition, long offset) {
        TopicPartition place = new TopicPartition(topic, partition);
        consumer.assign(List.of(place));
        consumer.seek(place, offset);
        long end = consumer.endOffsets(List.of(place)).get(place);
        while (consumer.position(place) <= offset && offset < end) {
            for (ConsumerRecord<String, V> record : consumer.poll(POLL)) {
                if (record.offset() == offset) {
                    return Optional.ofNullable(record.value());
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
