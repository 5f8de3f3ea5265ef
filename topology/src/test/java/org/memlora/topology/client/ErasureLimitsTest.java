package org.memlora.topology.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.memlora.topology.outbox.ErasureTimes;

class ErasureLimitsTest {
    private static final ErasureTimes DAY = new ErasureTimes(Duration.ofDays(1));

    private static ErasureLimits topics(Duration segments, String... problems) {
        return new ErasureLimits(Optional.empty(), List.of(problems), segments, Optional.of(segments));
    }

    @Test
    void aWorkerMayBeSlowerThanTheTopics() {
        assertThat(topics(DAY.segment()).problemsWith(DAY)).isEmpty();
        assertThat(topics(DAY.segment()).problemsWith(new ErasureTimes(Duration.ofDays(3)))).isEmpty();
    }

    @Test
    void aWorkerThatIsFasterThanTheTopicsIsToldWhatToSet() {
        assertThat(topics(DAY.segment()).problemsWith(new ErasureTimes(Duration.ofMinutes(10)))).singleElement().asString()
                .contains("after up to 25920000 ms", "forget.max.lag.ms of 600000 expects 180000", "forget.max.lag.ms = 86400000", "of the topics to 180000.");
    }

    @Test
    void aWorkerThatTrustsOlderStoresThanTheChangelogsRememberIsRefused() {
        assertThat(topics(DAY.segment()).refusal(DAY)).isEmpty();
        assertThat(topics(Duration.ofMillis(300)).refusal(new ErasureTimes(Duration.ofMillis(1001)))).as("topics count whole milliseconds").isEmpty();
        assertThat(topics(DAY.segment()).refusal(new ErasureTimes(Duration.ofMinutes(10)))).as("it gives up its stores sooner").isEmpty();
        assertThat(new ErasureLimits(Optional.empty(), List.of(), Duration.ZERO, Optional.empty()).refusal(DAY)).as("no changelogs yet").isEmpty();
        assertThat(topics(Duration.ofSeconds(18)).refusal(DAY).orElseThrow()).contains("for 18000 ms", "forget.max.lag.ms = 86400000", "forget.max.lag.ms = 60000",
                "changelogs to 25920000.");
    }

    @Test
    void otherProblemsComeFirst() {
        assertThat(topics(Duration.ofMillis(Long.MAX_VALUE), "Topic a has no lag.").problemsWith(DAY)).containsExactly("Topic a has no lag.");
    }
}
