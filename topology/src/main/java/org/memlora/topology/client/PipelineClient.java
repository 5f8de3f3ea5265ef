package org.memlora.topology.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Topics;
import org.memlora.topology.PipelineSettings;
import org.memlora.topology.broker.TopicCreator;
import org.memlora.topology.outbox.ErasureTimes;

/** Talks to one Kafka cluster and its registry. Threading: {@link #send} may be called by all threads. */
public final class PipelineClient implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    /** Kafka's default: a busy broker may need long for many events that wait in line. */
    private static final Duration DELIVERY = Duration.ofMinutes(2);

    private final String bootstrapServers;
    private final AvroSerdes serdes;
    private final Map<String, Object> settings;
    private final int maxMessageBytes;
    private Producer<String, ConversationEvent> producer;

    /**
     * @param kafka further settings of Kafka's clients, such as security
     * @param maxMessageBytes largest event sent
     */
    public PipelineClient(String bootstrapServers, AvroSerdes serdes, Map<String, Object> kafka, int maxMessageBytes) {
        this.bootstrapServers = bootstrapServers;
        this.serdes = serdes;
        this.maxMessageBytes = maxMessageBytes;
        settings = new HashMap<>(kafka);
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, (int) TIMEOUT.toMillis());
        settings.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) TIMEOUT.toMillis());
    }

    /** @throws ConnectionException if no broker answers */
    public void requireBroker() throws InterruptedException {
        withAdmin(admin -> admin.describeCluster().clusterId().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Creates the topics that are missing; replication empty = the broker's default. */
    public void createTopics(int partitions, Optional<Short> replication) throws InterruptedException {
        createTopics(partitions, replication, PipelineSettings.defaults().erasureTimes());
    }

    /** The same; {@code erasure}: how soon nothing of a forgotten bank shall be left. */
    public void createTopics(int partitions, Optional<Short> replication, ErasureTimes erasure) throws InterruptedException {
        withAdmin(admin -> {
            TopicCreator.createMissing(admin, partitions, replication, maxMessageBytes, erasure);
            return null;
        });
    }

    /** Ends what killed workers of this application left open at the brokers; only where none of it runs. */
    public void releaseKilledWorkers(String applicationId) throws InterruptedException {
        withAdmin(admin -> {
            KilledWorkers.release(admin, applicationId);
            return null;
        });
    }

    /** Sends after all events sent before; {@link #flush} waits for the broker. */
    public synchronized Future<RecordMetadata> send(ConversationEvent event) {
        if (producer == null) {
            producer = producer();
        }
        try {
            return producer.send(new ProducerRecord<>(Topics.CONVERSATION_EVENTS.name(), event.getBankId(), event));
        } catch (KafkaException e) {
            throw failed(e);
        }
    }

    /** @throws ConnectionException if {@code sent} did not arrive */
    public static RecordMetadata await(Future<RecordMetadata> sent) throws InterruptedException {
        try {
            return sent.get();
        } catch (ExecutionException e) {
            throw new ConnectionException("An event could not be sent: " + e.getCause().getMessage(), e);
        }
    }

    public synchronized void flush() {
        if (producer != null) {
            producer.flush();
        }
    }

    /** Reads what is committed, from now on or from the first record. */
    public <V extends SpecificRecord> TopicReader<V> read(Topics.Topic<V> topic, boolean fromBeginning) {
        try {
            return new TopicReader<>(settings, topic.name(), serdes.values(topic).deserializer(), fromBeginning);
        } catch (KafkaException e) {
            throw failed(e);
        }
    }

    /** Where an event that was sent stands; close it before this. */
    public PlaceInLine placeInLine(String applicationId, RecordMetadata sent) {
        try {
            return new PlaceInLine(Admin.create(settings), applicationId, sent, System::nanoTime);
        } catch (KafkaException e) {
            throw failed(e);
        }
    }

    /** The dead letters; close it before this. */
    public DeadLetterBox deadLetters() {
        return new DeadLetterBox(settings, serdes, maxMessageBytes);
    }

    /** What is left of a bank that was forgotten just now; close it before this. */
    public BankErasure erasure(String applicationId, String bankId) {
        try {
            return new BankErasure(settings, serdes, applicationId, bankId);
        } catch (KafkaException e) {
            throw failed(e);
        }
    }

    public ErasureLimits erasureLimits(String applicationId) throws InterruptedException {
        return withAdmin(admin -> ErasureLimits.read(admin, applicationId));
    }

    @Override
    public synchronized void close() {
        if (producer != null) {
            producer.close(TIMEOUT);
        }
    }

    private Producer<String, ConversationEvent> producer() {
        Map<String, Object> own = new HashMap<>(settings);
        own.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // With more, the broker of a partition that is just being led takes a later request for a new producer's first, and never the one before.
        own.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        own.putAll(PipelineSettings.producerLimits(maxMessageBytes));
        own.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, TIMEOUT.toMillis());
        own.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVERY.toMillis());
        own.remove(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG);
        return new KafkaProducer<>(own, new StringSerializer(), serdes.conversationEvents().serializer());
    }

    @FunctionalInterface
    private interface AdminCall<T> {
        T run(Admin admin) throws InterruptedException, ExecutionException, TimeoutException;
    }

    private <T> T withAdmin(AdminCall<T> call) throws InterruptedException {
        try (Admin admin = Admin.create(settings)) {
            return call.run(admin);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw failed(e);
        }
    }

    private ConnectionException failed(Exception e) {
        boolean wrapped = e instanceof ExecutionException || e.getClass() == KafkaException.class && e.getCause() != null;
        Throwable cause = wrapped ? e.getCause() : e;
        return new ConnectionException(cause instanceof TimeoutException || cause instanceof org.apache.kafka.common.errors.TimeoutException
                ? "No answer from a Kafka broker at " + bootstrapServers + " within " + TIMEOUT.toSeconds() + " s."
                : "Kafka at " + bootstrapServers + " can't be used: " + cause.getMessage(), e);
    }
}
