package org.memlora.topology.outbox;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.StreamsConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the brokers to. It is rare, so that each time has its own connection. */
public final class AdminEventDeletion implements EventDeletion {

    private static final Logger LOG = LoggerFactory.getLogger(AdminEventDeletion.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final Map<String, Object> settings;
    private final String topic;

    public AdminEventDeletion(Properties streams, String topic) {
        this.settings = new StreamsConfig(streams).getAdminConfigs("memlora-event-deletion");
        this.topic = topic;
    }

    @Override
    public boolean deleteBefore(int partition, long offset) {
        try (Admin admin = Admin.create(settings)) {
            admin.deleteRecords(Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(offset)))
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
