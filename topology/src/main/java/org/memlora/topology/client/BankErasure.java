package org.memlora.topology.client;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Bytes;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.OperationKind;
import org.memlora.schemas.OutputKey;
import org.memlora.schemas.Topics;
import org.memlora.topology.flow.Names;
import org.memlora.topology.inbox.StoredKeys;
import org.memlora.topology.memory.BankKey;
import org.memlora.topology.vision.PictureStore;

/**
 * Reads every topic and changelog, uncommitted records too, and counts what the brokers would still give out of a bank:
 * a record with a value of its own. It can't see the files of workers and of deleted segments, which have their own times
 * ({@link ErasureLimits}). Threading: one thread.
 */
public final class BankErasure implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);
    static final String CHANGELOG = "-changelog";

    private final Consumer<byte[], byte[]> consumer;
    private final AvroSerdes serdes;
    private final String applicationId;
    private final String bankId;
    private final Map<TopicPartition, Long> ends;

    /** Looks at what stands in the topics now; later records of the bank are another life of it. */
    BankErasure(Map<String, Object> settings, AvroSerdes serdes, String applicationId, String bankId) {
        Map<String, Object> own = new HashMap<>(settings);
        own.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        own.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        own.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        this.consumer = new KafkaConsumer<>(own, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.serdes = serdes;
        this.applicationId = applicationId;
        this.bankId = bankId;
        List<TopicPartition> partitions = new ArrayList<>();
        Map<String, List<PartitionInfo>> existing = consumer.listTopics();
        for (String topic : topics(applicationId)) {
            existing.getOrDefault(topic, List.of()).forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
        }
        consumer.assign(partitions);
        ends = consumer.endOffsets(partitions);
    }

    /** All topics that may hold something of a bank. */
    static List<String> topics(String applicationId) {
        return Stream.concat(Topics.ALL.stream().map(Topics.Topic::name),
                Names.STORES.stream().map(store -> applicationId + "-" + store + CHANGELOG)).toList();
    }

    /** Number of partitions that are read. */
    public int partitions() {
        return ends.size();
    }

    /** Records of the bank that are left, by topic; empty = complete. The records of the bank's Forgets don't count. */
    public Map<String, Integer> left() {
        Map<String, Integer> left = new TreeMap<>();
        consumer.seekToBeginning(ends.keySet());
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                boolean before = record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()));
                if (before && record.value() != null && belongs(record)) {
                    left.merge(record.topic(), 1, Integer::sum);
                }
            }
        }
        return left;
    }

    private boolean belongs(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().endsWith(CHANGELOG)) {
            String store = record.topic().substring(applicationId.length() + 1, record.topic().length() - CHANGELOG.length());
            return belongs(store, record);
        }
        String key = record.key() == null ? "" : new String(record.key(), java.nio.charset.StandardCharsets.UTF_8);
        boolean ours = record.topic().equals(Topics.CONVERSATION_EVENTS.name()) ? key.equals(bankId) : OutputKey.bankId(key).equals(bankId);
        return ours && !(record.topic().equals(Topics.MEMORY_OPERATIONS.name()) && isForget(record));
    }

    private boolean isForget(ConsumerRecord<byte[], byte[]> record) {
        return serdes.memoryOperations().deserializer().deserialize(record.topic(), record.value()).getKind() == OperationKind.FORGET;
    }

    private boolean belongs(String store, ConsumerRecord<byte[], byte[]> record) {
        return switch (store) {
            case Names.MEMORIES_STORE, Names.CONVERSATIONS_STORE, Names.OUTPUTS_STORE -> BankKey.isOf(Bytes.wrap(record.key()), bankId);
            case Names.PICTURES_STORE -> PictureStore.isOf(record.key(), bankId);
            case Names.SEEN_STORE -> StoredKeys.isSeenOf(record.key(), bankId);
            case Names.INBOX_STORE -> inboxBankId(record.value()).equals(bankId);
            default -> false;
        };
    }

    private String inboxBankId(byte[] stored) {
        try {
            byte[] event = StoredKeys.inboxEvent(ByteBuffer.wrap(stored));
            return serdes.conversationEvents().deserializer().deserialize(Topics.CONVERSATION_EVENTS.name(), event).getBankId();
        } catch (SerializationException e) {
            return ""; // the inbox accepts only what it can read
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
