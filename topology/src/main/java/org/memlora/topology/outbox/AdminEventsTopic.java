package org.memlora.topology.outbox;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.StreamsConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Through the brokers. Events are deleted once the application has committed that it read them: until then, a worker that is killed
 * reads them again. Both are rare, so that each time has its own connection.
 */
public final class AdminEventsTopic implements EventsTopic {

    private static final Logger LOG = LoggerFactory.getLogger(AdminEventsTopic.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final Map<String, Object> settings;
    private final String applicationId;
    private final String topic;
    private volatile OptionalInt partitions = OptionalInt.empty();

    public AdminEventsTopic(Properties streams, String topic) {
        StreamsConfig config = new StreamsConfig(streams);
        this.settings = config.getAdminConfigs("memlora-events-topic");
        this.applicationId = config.getString(StreamsConfig.APPLICATION_ID_CONFIG);
        this.topic = topic;
    }

    @Override
    public OptionalInt partitions() {
        if (partitions.isPresent()) {
            return partitions;
        }
        try (Admin admin = Admin.create(settings)) {
            partitions = OptionalInt.of(admin.describeTopics(List.of(topic)).allTopicNames().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .get(topic).partitions().size());
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            LOG.warn("The partitions of {} could not be counted: events that a producer put into a wrong one are taken as they come", topic, e);
        } catch (InterruptedException e) {
            throw new InterruptException("interrupted while partitions were counted", e);
        }
        return partitions;
    }

    /** @param committed null = nothing yet */
    static boolean isConsumed(OffsetAndMetadata committed, long before) {
        return committed != null && committed.offset() >= before;
    }

    @Override
    public boolean deleteBefore(int partition, long offset) {
        TopicPartition events = new TopicPartition(topic, partition);
        try (Admin admin = Admin.create(settings)) {
            OffsetAndMetadata committed = admin.listConsumerGroupOffsets(applicationId).partitionsToOffsetAndMetadata()
                    .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).get(events);
            if (!isConsumed(committed, offset)) {
                LOG.info("The events of {} before offset {} are deleted once they are committed as read", events, offset);
                return false;
            }
            admin.deleteRecords(Map.of(events, RecordsToDelete.beforeOffset(offset)))
                    .all().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            LOG.info("A bank was forgotten: the events of {}-{} before offset {} are deleted", topic, partition, offset);
            return true;
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            LOG.warn("The events of {}-{} before offset {} could not be deleted and a forgotten bank's are among them;"
                    + " the next try comes later", topic, partition, offset, e);
            return false;
        } catch (InterruptedException e) {
            throw new InterruptException("interrupted while events were deleted", e);
        }
    }
}
