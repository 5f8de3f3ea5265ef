package org.memlora.topology.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.ApiException;
import org.memlora.schemas.Topics;
import org.memlora.topology.outbox.ErasureTimes;

/**
 * How long an erasure takes at most, from how the topics and the brokers are set.
 *
 * @param longest from the Forget until no file of broker or worker holds a byte of the bank; empty = no limit, see problems
 * @param problems topics that are set so that a Forget does not erase from them, one sentence each
 * @param segments the topics' longest time to close a segment; zero without topics
 * @param tombstones how long the changelogs keep at least what says that something was deleted; empty without changelogs
 */
public record ErasureLimits(Optional<Duration> longest, List<String> problems, Duration segments, Optional<Duration> tombstones) {

    /** A look of the log cleaner, one for segments to delete, and until a deleted file goes. Kafka's defaults: 15 s, 5 min, 60 s. */
    private static final Map<String, Long> CLEAN_UP = Map.of("log.cleaner.backoff.ms", 15_000L,
            "log.retention.check.interval.ms", 300_000L, "log.segment.delete.delay.ms", 60_000L);

    static ErasureLimits read(Admin admin, String applicationId) throws ExecutionException, InterruptedException {
        List<ConfigResource> topics = new ArrayList<>();
        var existing = admin.listTopics().names().get();
        BankErasure.topics(applicationId).stream().filter(existing::contains)
                .forEach(topic -> topics.add(new ConfigResource(ConfigResource.Type.TOPIC, topic)));
        List<String> problems = new ArrayList<>();
        long segment = 0;
        long tombstones = Long.MAX_VALUE;
        for (Map.Entry<ConfigResource, Config> topic : admin.describeConfigs(topics).all().get().entrySet()) {
            boolean events = topic.getKey().name().equals(Topics.CONVERSATION_EVENTS.name());
            String policy = topic.getValue().get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
            if (events == policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
                problems.add("Topic " + topic.getKey().name() + " has " + TopicConfig.CLEANUP_POLICY_CONFIG + " = " + policy + ", expected "
                        + (events ? TopicConfig.CLEANUP_POLICY_DELETE : TopicConfig.CLEANUP_POLICY_COMPACT) + ": a Forget does not erase from it.");
            }
            long lag = number(topic.getValue(), events ? TopicConfig.SEGMENT_MS_CONFIG : TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG);
            if (lag == Long.MAX_VALUE) {
                problems.add("Topic " + topic.getKey().name() + " has no " + TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG
                        + ": a forgotten bank may stay in it for any time.");
            }
            segment = Math.max(segment, lag);
            if (topic.getKey().name().endsWith(BankErasure.CHANGELOG)) {
                tombstones = Math.min(tombstones, number(topic.getValue(), TopicConfig.DELETE_RETENTION_MS_CONFIG));
            }
        }
        return new ErasureLimits(problems.isEmpty() ? Optional.of(ErasureTimes.ofSegment(Duration.ofMillis(segment)).plus(cleanUp(admin)))
                : Optional.empty(), List.copyOf(problems), Duration.ofMillis(segment),
                Optional.of(tombstones).filter(millis -> millis < Long.MAX_VALUE).map(Duration::ofMillis));
    }

    /**
     * Why a worker with these times may not start; empty = it may. It keeps local stores for as long as it believes the changelogs to
     * keep tombstones: from an older store a forgotten bank would come back.
     */
    public Optional<String> refusal(ErasureTimes times) {
        return tombstones.filter(kept -> kept.toMillis() < times.segment().toMillis()).map(kept -> "The changelogs keep what says that something was deleted for "
                + kept.toMillis() + " ms (delete.retention.ms), a worker with forget.max.lag.ms = " + times.whole().toMillis() + " would trust local stores of up to "
                + times.segment().toMillis() + " ms: a forgotten bank could come back from one. Start workers with forget.max.lag.ms = "
                + ErasureTimes.ofSegment(kept).toMillis() + ", or set delete.retention.ms of the changelogs to " + times.segment().toMillis() + ".");
    }

    /** What a worker with these times must know: the problems, and that its sweep comes before the topics would close their segments. */
    public List<String> problemsWith(ErasureTimes times) {
        List<String> all = new ArrayList<>(problems);
        if (problems.isEmpty() && segments.compareTo(times.segment()) > 0) {
            all.add("The topics close their segments after up to " + segments.toMillis() + " ms, this worker's forget.max.lag.ms of " + times.whole().toMillis()
                    + " expects " + times.segment().toMillis() + ": in a quiet topic a forgotten bank may stay longer than it says. Start workers with forget.max.lag.ms = "
                    + ErasureTimes.ofSegment(segments).toMillis() + ", or set segment.ms and max.compaction.lag.ms of the topics to " + times.segment().toMillis() + ".");
        }
        return all;
    }

    private static Duration cleanUp(Admin admin) throws InterruptedException, ExecutionException {
        String broker = admin.describeCluster().nodes().get().iterator().next().idString();
        ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, broker);
        long sum = 0;
        try {
            Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            for (String key : CLEAN_UP.keySet()) {
                sum += number(config, key);
            }
            return Duration.ofMillis(sum);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof ApiException)) {
                throw e;
            }
            return Duration.ofMillis(CLEAN_UP.values().stream().mapToLong(Long::longValue).sum()); // not ours to read
        }
    }

    private static long number(Config config, String key) {
        ConfigEntry entry = config.get(key);
        return entry == null || entry.value() == null ? CLEAN_UP.getOrDefault(key, Long.MAX_VALUE) : Long.parseLong(entry.value());
    }
}
