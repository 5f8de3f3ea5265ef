package org.memlora.topology.broker;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.memlora.schemas.Topics;
import org.memlora.topology.outbox.ErasureTimes;

/** Creates the pipeline's topics where they are missing; topics that exist stay as they are. */
public final class TopicCreator {

    private TopicCreator() { }

    /**
     * @param partitions of each topic: the most workers' threads that can share the load
     * @param maxMessageBytes largest record of a topic
     * @param erasure how soon nothing of a forgotten bank shall be left
     */
    public static void createMissing(Admin admin, int partitions, Optional<Short> replication, int maxMessageBytes, ErasureTimes erasure)
            throws InterruptedException, ExecutionException {
        List<NewTopic> topics = Topics.ALL.stream().map(topic -> new NewTopic(topic.name(), Optional.of(partitions), replication)
                .configs(configuration(topic, maxMessageBytes, erasure))).toList();
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

    /** What a topic must be set to, so that a Forget erases its bank from it. */
    static String cleanup(Topics.Topic<?> topic) {
        if (topic.equals(Topics.CONVERSATION_EVENTS)) {
            return TopicConfig.CLEANUP_POLICY_DELETE;
        }
        return topic.equals(Topics.MEMORY_OPERATIONS) ? TopicConfig.CLEANUP_POLICY_COMPACT
                : TopicConfig.CLEANUP_POLICY_COMPACT + "," + TopicConfig.CLEANUP_POLICY_DELETE;
    }

    private static Map<String, String> configuration(Topics.Topic<?> topic, int maxMessageBytes, ErasureTimes erasure) {
        String segment = String.valueOf(erasure.segment().toMillis());
        Map<String, String> configuration = new HashMap<>(Map.of(
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(maxMessageBytes),
                TopicConfig.CLEANUP_POLICY_CONFIG, cleanup(topic),
                TopicConfig.SEGMENT_MS_CONFIG, segment));
        if (!topic.equals(Topics.CONVERSATION_EVENTS)) {
            configuration.put(TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG, segment);
            configuration.put(TopicConfig.DELETE_RETENTION_MS_CONFIG, segment);
        }
        return configuration;
    }
}
