package org.memlora.topology;

import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.NonEmptyString;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.memlora.operators.generation.QuestionContext;
import org.memlora.topology.flow.StageCalls;
import org.memlora.topology.inbox.InboxSettings;
import org.memlora.topology.outbox.ErasureTimes;
import org.memlora.topology.vision.PictureSettings;

/**
 * All settings of the pipeline. A key that is unknown or a value that can't be is refused here, with its name.
 * Security and other settings of Kafka's own clients pass with the prefix {@value #KAFKA_PREFIX}.
 */
public final class PipelineSettings {

    public static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
    public static final String SCHEMA_REGISTRY_URL = "schema.registry.url";
    public static final String APPLICATION_ID = "application.id";
    public static final String STATE_DIR = "state.dir";
    public static final String STREAM_THREADS = "stream.threads";
    public static final String PARTITIONS_PER_THREAD = "partitions.per.thread";
    public static final String THREAD_REPLACEMENTS = "thread.replacements";
    public static final String BATCH_EVENTS = "batch.events";
    public static final String BATCH_WAIT_MS = "batch.wait.ms";
    public static final String BATCH_WORST_MS = "batch.worst.ms";
    public static final String BROKER_TRANSACTION_MAX_MS = "broker.transaction.max.timeout.ms";
    public static final String EXCHANGE_MAX_GAP_MS = "exchange.max.gap.ms";
    public static final String EVENT_MAX_LATENESS_MS = "event.max.lateness.ms";
    public static final String EVENT_TEXT_MAX_CHARS = "event.text.max.chars";
    public static final String EVENT_MAX_BYTES = "event.max.bytes";
    public static final String SEEN_RETENTION_MS = "seen.retention.ms";
    public static final String FORGET_MAX_LAG_MS = "forget.max.lag.ms";
    public static final String QUESTION_MEMORIES = "question.memories";
    public static final String QUESTION_TOLD = "question.told";
    public static final String STAGE_RETRIES = "stage.retries";
    public static final String REGISTRY_RETRY_MS = "registry.retry.ms";
    public static final String ROCKSDB_MEMORY_BYTES = "rocksdb.memory.bytes";
    public static final String INDEX_MEMORY_BYTES = "index.memory.bytes";
    public static final String PICTURE_STORE_MAX_BYTES = "picture.store.max.bytes";
    public static final String PICTURE_EXPIRY_MS = "picture.expiry.ms";
    public static final String PICTURE_FETCH_TIMEOUT_MS = "picture.fetch.timeout.ms";
    public static final String PICTURE_FETCH_MAX_BYTES = "picture.fetch.max.bytes";
    public static final String PICTURE_FETCH_REDIRECTS = "picture.fetch.redirects";
    public static final String PICTURE_ALLOW_LOCAL = "picture.allow.local";
    public static final String KAFKA_PREFIX = "kafka.";

    /** A thread may be away from its poll for so many of the longest transactions. */
    private static final int POLL_PER_COMMIT = 2;
    private static final int RECORD_OVERHEAD_BYTES = 64 * 1024;
    /** Kafka's default. */
    private static final long PRODUCER_MEMORY_BYTES = 32L << 20;
    private static final int MOST_EVENT_BYTES = 1 << 30;
    /** What the decoder takes at most. */
    private static final int MOST_PICTURE_BYTES = 32 << 20;

    private static final List<Setting> ALL = List.of(
            text(BOOTSTRAP_SERVERS, "localhost:9092", "Brokers to start from, host:port with commas."),
            text(SCHEMA_REGISTRY_URL, "http://localhost:8081", "The schema registry; mock://NAME = within the process."),
            text(APPLICATION_ID, "memlora", "Workers of one id share the partitions; prefix of the changelog topics."),
            text(STATE_DIR, System.getProperty("java.io.tmpdir") + "/memlora-state", "Folder of the local stores; rebuilt from the changelogs when lost, or left for 0.3 of forget.max.lag.ms."),
            number(STREAM_THREADS, 1, "threads", between(1, 256), "Stream threads of this worker."),
            number(PARTITIONS_PER_THREAD, 4, "partitions", between(1, 1000), "Most partitions a thread is expected to serve; the time limits of a transaction follow from it."),
            number(THREAD_REPLACEMENTS, 10, "per 10 minutes", atLeast(0), "Stream threads that died and are replaced before the worker gives up."),
            number(BATCH_EVENTS, 16, "events", between(1, 10_000), "A micro-batch leaves the inbox when so many events wait."),
            duration(BATCH_WAIT_MS, 200, between(1, Integer.MAX_VALUE), "A micro-batch that is not full leaves the inbox after this wall-clock time."),
            duration(BATCH_WORST_MS, 60_000, between(1, Integer.MAX_VALUE), "Expected worst time of one micro-batch through all stages; time limits follow from it, and a slower one is a warning in the log."),
            duration(BROKER_TRANSACTION_MAX_MS, 900_000, between(1, Integer.MAX_VALUE / POLL_PER_COMMIT), "The brokers' transaction.max.timeout.ms."),
            duration(EXCHANGE_MAX_GAP_MS, 3_600_000, atLeast(0), "Turns further apart in event time are not paired."),
            duration(EVENT_MAX_LATENESS_MS, 30L * 86_400_000, atLeast(0), "A turn said longer than this before the latest turn of its bank is refused."),
            number(EVENT_TEXT_MAX_CHARS, 8_000, "characters", atLeast(1), "Longer turns and questions are refused."),
            number(EVENT_MAX_BYTES, 5 * 1024 * 1024, "bytes", between(1024, MOST_EVENT_BYTES), "Largest event, picture included; the brokers' message.max.bytes must allow it."),
            duration(SEEN_RETENTION_MS, 604_800_000, atLeast(1), "Duplicates are found for so long, in stream time."),
            duration(FORGET_MAX_LAG_MS, 86_400_000, atLeast(1_000), "After this time and the brokers' clean-up no topic and no store holds anything of a forgotten bank."),
            number(QUESTION_MEMORIES, QuestionContext.USUALLY_READ, "memories", between(1, 1000), "Memories read for a question; its answer lists them."),
            number(QUESTION_TOLD, QuestionContext.USUALLY_TOLD, "memories", between(1, 1000), "How many of those read the model is told, the best ones: each costs prompt tokens, and a small model finds the answer sooner among few."),
            number(STAGE_RETRIES, 2, "retries", between(0, 100), "Repetitions of an operator call that threw."),
            duration(REGISTRY_RETRY_MS, 30_000, between(0, Integer.MAX_VALUE), "How long a registry that doesn't answer is asked again before the stream thread is replaced."),
            bytes(ROCKSDB_MEMORY_BYTES, 64L << 20, 8L << 20, "Native memory of all local stores together."),
            bytes(INDEX_MEMORY_BYTES, 256L << 20, 1L << 20, "Heap for the indexes of the banks used last; others are read from the store first."),
            bytes(PICTURE_STORE_MAX_BYTES, 256L << 20, 0, "Files of pictures kept for a later look, per partition; beyond it the bank with most bytes loses its oldest."),
            duration(PICTURE_EXPIRY_MS, 90L * 86_400_000, atLeast(1), "A picture's file is kept for so long after it was last shown, in stream time."),
            duration(PICTURE_FETCH_TIMEOUT_MS, 5_000, between(1, 600_000), "Longest time to fetch a picture from its URI, redirects included."),
            number(PICTURE_FETCH_MAX_BYTES, 16 * 1024 * 1024, "bytes", between(1, MOST_PICTURE_BYTES), "Larger pictures behind a URI are refused; 8 are held at once."),
            number(PICTURE_FETCH_REDIRECTS, 3, "redirects", between(0, 20), "Most redirects followed for a picture."),
            flag(PICTURE_ALLOW_LOCAL, false, "Also fetch pictures from this host, its networks and file: URIs. Whoever may write events can read there then."));

    private static final ConfigDef DEFINITION = definition();

    /** Batches of one task between two commits: its buffer and one poll hold a batch each, and one may wait. */
    private static final int BATCHES_PER_COMMIT = 3;
    private static final int COMMITS_PER_WAIT = 5;

    /** After a kill the partitions move on within so long, not within Kafka's 45 s; heartbeats don't wait for the model. */
    private static final int SESSION_TIMEOUT_MILLIS = 10_000;
    /** How long a task's stores stay at most with a worker that lost the task: Kafka Streams' default. */
    private static final long LONGEST_STANDBY_MILLIS = 600_000;

    private final Map<String, Object> values;
    private final Map<String, Object> kafka;

    private PipelineSettings(Map<String, Object> values, Map<String, Object> kafka) {
        this.values = values;
        this.kafka = kafka;
        checkTransactionTime();
        checkNotDerived();
    }

    /** Settings with these values, all others at their defaults. @throws ConfigException naming the setting */
    public static PipelineSettings of(Map<String, ?> given) {
        Map<String, Object> own = new HashMap<>();
        Map<String, Object> kafka = new HashMap<>();
        given.forEach((key, value) -> {
            if (DEFINITION.names().contains(key)) {
                own.put(key, value);
            } else if (key.startsWith(KAFKA_PREFIX)) {
                kafka.put(kafkaName(key), value);
            } else {
                throw SettingNames.unknown(key, DEFINITION.names());
            }
        });
        return new PipelineSettings(DEFINITION.parse(own), kafka);
    }

    public static PipelineSettings defaults() {
        return of(Map.of());
    }

    /** Every setting, in the order of the documentation. */
    public static List<Setting> all() {
        return ALL;
    }

    /** As set, or the default. */
    public Object value(String key) {
        return values.get(key);
    }

    public String text(String key) {
        return (String) values.get(key);
    }

    public int number(String key) {
        return (int) values.get(key);
    }

    public Duration duration(String key) {
        return Duration.ofMillis((long) values.get(key));
    }

    public long bytes(String key) {
        return (long) values.get(key);
    }

    public InboxSettings inbox() {
        return new InboxSettings(number(BATCH_EVENTS), duration(BATCH_WAIT_MS), number(EVENT_TEXT_MAX_CHARS),
                number(EVENT_MAX_BYTES), duration(EXCHANGE_MAX_GAP_MS), duration(EVENT_MAX_LATENESS_MS), duration(SEEN_RETENTION_MS),
                duration(REGISTRY_RETRY_MS), duration(BATCH_WORST_MS));
    }

    public PictureSettings pictures() {
        return new PictureSettings(bytes(PICTURE_STORE_MAX_BYTES), duration(PICTURE_EXPIRY_MS), duration(PICTURE_FETCH_TIMEOUT_MS),
                number(PICTURE_FETCH_MAX_BYTES), number(PICTURE_FETCH_REDIRECTS), (boolean) values.get(PICTURE_ALLOW_LOCAL),
                number(EVENT_MAX_BYTES));
    }

    /** A model call that takes longer hangs: about then the transaction times out, too. */
    public Duration modelHang() {
        return duration(BATCH_WORST_MS).multipliedBy(BATCHES_PER_COMMIT);
    }

    public StageCalls stageCalls() {
        return new StageCalls(number(STAGE_RETRIES), duration(BATCH_WORST_MS));
    }

    public ErasureTimes erasureTimes() {
        return new ErasureTimes(duration(FORGET_MAX_LAG_MS));
    }

    /** Configuration of the changelog topics. */
    public Map<String, String> changelogConfig() {
        String segment = String.valueOf(erasureTimes().segment().toMillis());
        return Map.of(TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG, segment, TopicConfig.DELETE_RETENTION_MS_CONFIG, segment,
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(maxMessageBytes()));
    }

    /** Largest message that workers write, and that producers of events may write. */
    public int maxMessageBytes() {
        return number(EVENT_MAX_BYTES) + RECORD_OVERHEAD_BYTES;
    }

    /** Of a producer that may write messages of this size: one that doesn't fit into its memory is refused for good. */
    public static Map<String, Object> producerLimits(int maxMessageBytes) {
        return Map.of(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, maxMessageBytes,
                ProducerConfig.BUFFER_MEMORY_CONFIG, Math.max(PRODUCER_MEMORY_BYTES, 2L * maxMessageBytes));
    }

    /** Configuration for Kafka Streams. What exactly-once and slow stages need follows from {@value #BATCH_WORST_MS}. */
    public Properties streamsProperties() {
        Properties streams = derivedProperties();
        streams.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_TIMEOUT_MILLIS);
        streams.put(ProducerConfig.BUFFER_MEMORY_CONFIG, producerLimits(maxMessageBytes()).get(ProducerConfig.BUFFER_MEMORY_CONFIG));
        streams.putAll(kafka);
        return streams;
    }

    private Properties derivedProperties() {
        Properties streams = new Properties();
        streams.put(StreamsConfig.APPLICATION_ID_CONFIG, text(APPLICATION_ID));
        streams.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, text(BOOTSTRAP_SERVERS));
        streams.put(StreamsConfig.STATE_DIR_CONFIG, text(STATE_DIR));
        // A store older than the changelogs' tombstones would never learn of what was deleted meanwhile (KIP-1259): forgotten banks would live again.
        long tombstones = erasureTimes().segment().toMillis();
        streams.put(StreamsConfig.STATE_CLEANUP_DIR_MAX_AGE_MS_CONFIG, tombstones);
        streams.put(StreamsConfig.STATE_CLEANUP_DELAY_MS_CONFIG, Math.min(LONGEST_STANDBY_MILLIS, tombstones));
        streams.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, number(STREAM_THREADS));
        streams.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        streams.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, (long) values.get(BATCH_WAIT_MS) * COMMITS_PER_WAIT);
        streams.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, number(BATCH_EVENTS));
        streams.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0L);
        streams.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksDbSettings.class);
        streams.put(RocksDbSettings.MEMORY_BYTES, String.valueOf(values.get(ROCKSDB_MEMORY_BYTES)));
        streams.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, RecordTime.class);
        streams.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), number(BATCH_EVENTS));
        streams.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG), (int) (POLL_PER_COMMIT * worstCommitMillis()));
        streams.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        streams.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), (int) worstCommitMillis());
        streams.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), maxMessageBytes());
        return streams;
    }

    /** Longest expected time between two commits: a thread's tasks share one transaction. */
    private long worstCommitMillis() {
        return (long) values.get(BATCH_WAIT_MS) * COMMITS_PER_WAIT
                + (long) values.get(BATCH_WORST_MS) * BATCHES_PER_COMMIT * number(PARTITIONS_PER_THREAD);
    }

    private void checkTransactionTime() {
        long limit = (long) values.get(BROKER_TRANSACTION_MAX_MS);
        if (worstCommitMillis() > limit) {
            throw new ConfigException(BATCH_WORST_MS + " = " + values.get(BATCH_WORST_MS) + " ms with " + PARTITIONS_PER_THREAD
                    + " = " + number(PARTITIONS_PER_THREAD) + " needs transactions of " + worstCommitMillis()
                    + " ms, but the brokers allow " + limit + " ms (" + BROKER_TRANSACTION_MAX_MS
                    + "): make " + BATCH_EVENTS + " or " + PARTITIONS_PER_THREAD + " smaller, or raise the brokers' limit");
        }
    }

    /** What follows from our settings would win silently, or, given for another client or for all, lose or win over it. */
    private void checkNotDerived() {
        Map<String, Object> derived = new HashMap<>();
        derivedProperties().forEach((name, value) -> derived.put(bareName(name.toString()), value));
        for (String name : new TreeSet<>(kafka.keySet())) {
            if (!name.matches("(?:restore\\.consumer|admin|topic)\\..*") && derived.containsKey(bareName(name))) {
                throw new ConfigException(KAFKA_PREFIX + name + " can't be set: it follows from the settings of the pipeline and is "
                        + derived.get(bareName(name)));
            }
        }
    }

    /** Without the client that it is for. */
    private static String bareName(String name) {
        return name.replaceFirst("^(main\\.consumer|restore\\.consumer|consumer|producer|admin|topic)\\.", "");
    }

    private static String kafkaName(String key) {
        String name = key.substring(KAFKA_PREFIX.length());
        String bare = bareName(name);
        TreeSet<String> known = new TreeSet<>();
        Stream.of(StreamsConfig.configDef().names(), ConsumerConfig.configNames(), ProducerConfig.configNames(),
                AdminClientConfig.configNames()).forEach(known::addAll);
        if (!known.contains(bare) && !name.startsWith("topic.")) {
            throw SettingNames.unknown(key, known.stream().map(KAFKA_PREFIX::concat).toList());
        }
        return name;
    }

    private static ConfigDef definition() {
        ConfigDef definition = new ConfigDef();
        for (Setting setting : ALL) {
            definition.define(setting.key(), setting.type(), setting.defaultValue(), setting.validator(),
                    ConfigDef.Importance.MEDIUM, setting.doc());
        }
        return definition;
    }

    private static Setting text(String key, String value, String doc) {
        return new Setting(key, Type.STRING, value, "", new NonEmptyString(), doc);
    }

    private static Setting number(String key, int value, String unit, ConfigDef.Validator validator, String doc) {
        return new Setting(key, Type.INT, value, unit, validator, doc);
    }

    private static Setting duration(String key, long millis, ConfigDef.Validator validator, String doc) {
        return new Setting(key, Type.LONG, millis, "ms", validator, doc);
    }

    private static Setting flag(String key, boolean value, String doc) {
        return new Setting(key, Type.BOOLEAN, value, "true, false", null, doc);
    }

    private static Setting bytes(String key, long value, long least, String doc) {
        return new Setting(key, Type.LONG, value, "bytes", atLeast(least), doc);
    }
}
