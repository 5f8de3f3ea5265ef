package org.memlora.topology.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.schemas.Topics;
import org.memlora.topology.outbox.ErasureTimes;

class EmbeddedBrokerIT {

    @Test
    void keepsItsTopicsOverARestart(@TempDir Path folder) throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0); Admin admin = admin(broker)) {
            TopicCreator.createMissing(admin, 3, Optional.of((short) 1), 1 << 20, new ErasureTimes(Duration.ofDays(1)));
            TopicCreator.createMissing(admin, 5, Optional.of((short) 1), 1 << 20, new ErasureTimes(Duration.ofDays(1)));
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0); Admin admin = admin(broker)) {
            var topic = admin.describeTopics(java.util.List.of(Topics.ANSWERS.name())).allTopicNames().get().get(Topics.ANSWERS.name());
            assertThat(topic.partitions()).hasSize(3);
        }
    }

    @Test
    void refusesAPortInUse(@TempDir Path folder) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
            assertThatThrownBy(() -> EmbeddedBroker.start(folder, taken.getLocalPort()))
                    .isInstanceOf(IOException.class).hasMessageContaining(String.valueOf(taken.getLocalPort()));
        }
    }

    private static Admin admin(EmbeddedBroker broker) {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }
}
