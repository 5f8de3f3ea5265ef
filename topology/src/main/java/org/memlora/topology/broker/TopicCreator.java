package org.memlora.topology.broker;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.memlora.schemas.Topics;

/** Creates the pipeline's topics where they are missing; topics that exist stay as they are. */
public final class TopicCreator {

    private static final String KEEP_FOR_EVER = "-1";

    private TopicCreator() { }

    /**
     * @param partitions of each topic: the most workers' threads that can share the load
     * @param maxMessageBytes largest record of a topic
     */
    public static void createMissing(Admin admin, int partitions, Optional<Short> replication, int maxMessageBytes)
            throws InterruptedException, ExecutionException {
        List<NewTopic> topics = Topics.ALL.stream().map(topic -> new NewTopic(topic.name(), Optional.of(partitions), replication)
                .configs(configuration(topic, maxMessageBytes))).toList();
        for (var created : admin.createTopics(topics).values().values()) {
            try {
                created.get();
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
            }
        }
    }

    private static Map<String, String> configuration(Topics.Topic<?> topic, int maxMessageBytes) {
        String bytes = String.valueOf(maxMessageBytes);
        return topic.equals(Topics.MEMORY_OPERATIONS)
                ? Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, bytes, TopicConfig.RETENTION_MS_CONFIG, KEEP_FOR_EVER)
                : Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, bytes);
    }
}
