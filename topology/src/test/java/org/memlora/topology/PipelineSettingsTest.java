package org.memlora.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PipelineSettingsTest {

    private static int number(Properties properties, String key) {
        return ((Number) properties.get(key)).intValue();
    }

    @Test
    void shouldHaveDefaults() {
        Map<String, Object> defaults = PipelineSettings.all().stream()
                .collect(Collectors.toMap(Setting::key, Setting::defaultValue));

        Map<String, Object> expected = new HashMap<>(Map.of("bootstrap.servers", "localhost:9092",
                "schema.registry.url", "http://localhost:8081", "application.id", "memlora",
                "state.dir", System.getProperty("java.io.tmpdir") + "/memlora-state", "stream.threads", 1, "partitions.per.thread", 4,
                "thread.replacements", 10, "batch.events", 16, "batch.wait.ms", 200L, "batch.worst.ms", 60_000L));
        expected.putAll(Map.of("broker.transaction.max.timeout.ms", 900_000L, "exchange.max.gap.ms", 3_600_000L,
                "event.max.lateness.ms", 2_592_000_000L, "event.text.max.chars", 8_000, "event.max.bytes", 5_242_880,
                "seen.retention.ms", 604_800_000L, "forget.max.lag.ms", 86_400_000L, "question.memories", 10, "stage.retries", 2,
                "registry.retry.ms", 30_000L));
        expected.put("question.told", 5);
        expected.put("rocksdb.memory.bytes", 67_108_864L);
        expected.put("index.memory.bytes", 268_435_456L);
        expected.putAll(Map.of("picture.store.max.bytes", 268_435_456L, "picture.expiry.ms", 7_776_000_000L, "picture.fetch.timeout.ms", 5_000L,
                "picture.fetch.max.bytes", 16_777_216, "picture.fetch.redirects", 3, "picture.allow.local", false));
        assertThat(defaults).isEqualTo(expected);
        assertThat(PipelineSettings.all()).allMatch(setting -> !setting.doc().isBlank())
                .allMatch(setting -> setting.defaultValue() instanceof String || !setting.unit().isBlank());
    }

    @ParameterizedTest
    @CsvSource({"bootstrap.servers,''", "schema.registry.url,''", "application.id,''", "state.dir,''", "stream.threads,0",
        "stream.threads,257", "partitions.per.thread,0", "partitions.per.thread,1001", "thread.replacements,-1", "batch.events,0",
        "batch.events,10001", "batch.wait.ms,0", "batch.worst.ms,0", "batch.worst.ms,9223372036854775807",
        "broker.transaction.max.timeout.ms,0", "broker.transaction.max.timeout.ms,2147483647", "exchange.max.gap.ms,-1",
        "event.max.lateness.ms,-1", "event.text.max.chars,0", "event.max.bytes,1023", "event.max.bytes,2147483647",
        "seen.retention.ms,0", "forget.max.lag.ms,999", "question.memories,0", "question.memories,1001", "question.told,0", "stage.retries,-1",
        "stage.retries,101", "registry.retry.ms,-1", "registry.retry.ms,9223372036854775807", "rocksdb.memory.bytes,8388607", "index.memory.bytes,1048575",
        "picture.store.max.bytes,-1", "picture.expiry.ms,0", "picture.fetch.timeout.ms,0", "picture.fetch.timeout.ms,600001",
        "picture.fetch.max.bytes,0", "picture.fetch.max.bytes,33554433", "picture.fetch.redirects,-1", "picture.fetch.redirects,21",
        "picture.allow.local,perhaps", "batch.events,many", "batch.wait.ms,1.5"})
    void shouldRefuseWrongValuesByName(String key, String value) {
        assertThatThrownBy(() -> PipelineSettings.of(Map.of(key, value))).isInstanceOf(ConfigException.class)
                .hasMessageContaining(key);
    }

    @Test
    void shouldRefuseUnknownKeyWithSuggestion() {
        assertThatThrownBy(() -> PipelineSettings.of(Map.of("batch.event", 1)))
                .isInstanceOf(ConfigException.class).hasMessageContaining("\"batch.event\", did you mean \"batch.events\"?");
        assertThatThrownBy(() -> PipelineSettings.of(Map.of("colour", "red")))
                .isInstanceOf(ConfigException.class).hasMessageContaining("\"colour\", known are application.id, batch.events");
        assertThatThrownBy(() -> PipelineSettings.of(Map.of("kafka.security.protocoll", "SSL")))
                .isInstanceOf(ConfigException.class).hasMessageContaining("did you mean \"kafka.security.protocol\"?");
    }

    @Test
    void shouldPassKafkasOwnSettings() {
        Properties streams = PipelineSettings.of(Map.of("kafka.security.protocol", "SSL", "kafka.producer.linger.ms", "7"))
                .streamsProperties();

        assertThat(streams).containsEntry("security.protocol", "SSL").containsEntry("producer.linger.ms", "7");
    }

    /** A store that missed tombstones would bring forgotten banks back (KIP-1259). */
    @Test
    void shouldUseNoStoreOlderThanTheTombstonesOfItsChangelog() {
        for (long lag : new long[] {60_000, 86_400_000}) {
            PipelineSettings settings = PipelineSettings.of(Map.of("forget.max.lag.ms", lag));
            long tombstones = Long.parseLong(settings.changelogConfig().get("delete.retention.ms"));
            assertThat(settings.streamsProperties()).containsEntry(StreamsConfig.STATE_CLEANUP_DIR_MAX_AGE_MS_CONFIG, tombstones)
                    .containsEntry(StreamsConfig.STATE_CLEANUP_DELAY_MS_CONFIG, Math.min(600_000, tombstones));
        }
    }

    @Test
    void shouldRefuseKafkaSettingsThatFollowFromOurs() {
        assertThatThrownBy(() -> PipelineSettings.of(Map.of("kafka.processing.guarantee", "at_least_once")))
                .isInstanceOf(ConfigException.class).hasMessageContaining("kafka.processing.guarantee can't be set");
        assertThatThrownBy(() -> PipelineSettings.of(Map.of("kafka.producer.transaction.timeout.ms", "1")))
                .isInstanceOf(ConfigException.class).hasMessageContaining("kafka.producer.transaction.timeout.ms can't be set");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka.max.poll.interval.ms", "kafka.consumer.max.poll.records", "kafka.transaction.timeout.ms", "kafka.main.consumer.auto.offset.reset"})
    void shouldRefuseThemAlsoForAnotherClientOrForAll(String key) {
        assertThatThrownBy(() -> PipelineSettings.of(Map.of(key, "1"))).isInstanceOf(ConfigException.class).hasMessageContaining(key + " can't be set");
    }

    @Test
    void shouldGiveProducersMemoryForTheirLargestMessage() {
        assertThat(PipelineSettings.defaults().streamsProperties()).containsEntry("buffer.memory", 33_554_432L);
        assertThat(PipelineSettings.of(Map.of(PipelineSettings.EVENT_MAX_BYTES, 64 << 20)).streamsProperties()).containsEntry("buffer.memory", 134_348_800L);
        assertThat(PipelineSettings.of(Map.of("kafka.buffer.memory", "99999999")).streamsProperties()).containsEntry("buffer.memory", "99999999");
    }

    @ParameterizedTest
    @CsvSource({"30000,4,200", "1,1,1", "70000,4,1000", "1000,290,200"})
    void shouldDeriveTimeLimits(long worst, int partitions, long wait) {
        PipelineSettings settings = PipelineSettings.of(Map.of(PipelineSettings.BATCH_WORST_MS, worst,
                PipelineSettings.PARTITIONS_PER_THREAD, partitions, PipelineSettings.BATCH_WAIT_MS, wait));
        Properties streams = settings.streamsProperties();

        int transaction = number(streams, "producer.transaction.timeout.ms");
        int commit = number(streams, StreamsConfig.COMMIT_INTERVAL_MS_CONFIG);
        assertThat(streams).containsEntry(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, "exactly_once_v2");
        assertThat((long) transaction).isGreaterThanOrEqualTo(commit + worst * partitions).isLessThanOrEqualTo(900_000);
        assertThat(number(streams, "main.consumer.max.poll.interval.ms")).isEqualTo(2 * transaction);
        assertThat(commit).isEqualTo((int) (5 * wait));
        assertThat(number(streams, "main.consumer.max.poll.records")).isEqualTo(16);
        assertThat(number(streams, "session.timeout.ms")).isEqualTo(10_000);
        assertThat(number(streams, "producer.max.request.size")).isEqualTo(settings.maxMessageBytes()).isGreaterThan(5_242_880);
        new StreamsConfig(streams);
    }

    @Test
    void shouldRefuseTransactionsLongerThanTheBrokersAllow() {
        assertThatThrownBy(() -> PipelineSettings.of(Map.of(PipelineSettings.BATCH_WORST_MS, 90_000)))
                .isInstanceOf(ConfigException.class).hasMessageContaining("batch.worst.ms = 90000 ms")
                .hasMessageContaining("1081000 ms").hasMessageContaining("900000 ms (broker.transaction.max.timeout.ms)");
        assertThat(PipelineSettings.of(Map.of(PipelineSettings.BATCH_WORST_MS, 90_000, PipelineSettings.BROKER_TRANSACTION_MAX_MS, 1_081_000))
                .streamsProperties()).containsEntry("producer.transaction.timeout.ms", 1_081_000);
    }

    @Test
    void shouldBoundTheTracesInChangelogs() {
        assertThat(PipelineSettings.of(Map.of(PipelineSettings.FORGET_MAX_LAG_MS, 10_000)).changelogConfig())
                .containsEntry("max.compaction.lag.ms", "3000").containsEntry("delete.retention.ms", "3000")
                .containsEntry("max.message.bytes", String.valueOf(5 * 1024 * 1024 + 65_536));
    }
}
