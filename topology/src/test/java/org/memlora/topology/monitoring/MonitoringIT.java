package org.memlora.topology.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.schemas.Topics;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.serving.ModelPipeline;
import org.memlora.topology.serving.PipelineFixture;
import org.memlora.topology.serving.ScriptedPipeline;
import org.memlora.topology.serving.StageMeter;

/** A worker over a real broker, scraped as Prometheus does it: the numbers are those of the topics. */
class MonitoringIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String SECRET = "tabby";

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void shouldShowWhatTheWorkerDid(@TempDir Path folder) throws Exception {
        StageMeter meter = new StageMeter();
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (PipelineFixture pipeline = new PipelineFixture(folder, 2);
                MemoryWorker worker = ModelPipeline.worker(ScriptedPipeline.settings(pipeline.broker.bootstrapServers(), folder.resolve("state")),
                        ScriptedPipeline.operators(ScriptedPipeline.model(Duration.ZERO), meter), pipeline.serdes, new PipelineMetrics(registry));
                MonitoringServer server = MonitoringServer.start("localhost", 0, registry, new WorkerState(worker), meter)) {
            assertThat(get(server, "/health/live").statusCode()).isEqualTo(200);
            assertThat(get(server, "/health/ready").statusCode()).as("before the start").isEqualTo(503);
            worker.start(TIMEOUT);
            assertThat(get(server, "/health/ready").statusCode()).isEqualTo(200);

            for (int i = 1; i <= 20; i++) {
                pipeline.client.send(ScriptedPipeline.turn("cats", i, "Ann", "I adopted " + SECRET + " number" + i));
                pipeline.client.send(ScriptedPipeline.turn("dogs", i, "Ben", i > 18 ? "poison" : "I walked rover number" + i));
            }
            pipeline.client.send(ScriptedPipeline.turn("cats", 1, "Ann", "twice"));
            pipeline.client.send(ScriptedPipeline.question("cats", 21, "Who adopted?"));
            pipeline.client.send(ScriptedPipeline.question("nobody", 21, "Who adopted?"));
            pipeline.client.send(ScriptedPipeline.question("dogs", 21, "Who walked?"));
            pipeline.client.flush();
            pipeline.await(Topics.ANSWERS, TIMEOUT, all -> all.size() == 3);
            Thread.sleep(1_500); // the lag is that of the last commit

            assertMetrics(Exposition.parse(body(get(server, "/metrics"))));
            assertStateAndTopology(server);
            assertThat(get(server, "/nowhere").statusCode()).isEqualTo(404);
            worker.close();
            assertThat(get(server, "/health/live").statusCode()).isEqualTo(503);
            assertThat(get(server, "/health/ready").statusCode()).isEqualTo(503);
        }
    }

    private static void assertMetrics(Exposition metrics) {
        assertThat(metrics.type("memlora_operations_total")).isEqualTo("counter");
        assertThat(metrics.value("memlora_operations_total", "kind", "add")).isEqualTo(38);
        assertThat(metrics.value("memlora_answers_total", "status", "answered")).isEqualTo(2);
        assertThat(metrics.value("memlora_answers_total", "status", "no_memories")).isEqualTo(1);
        assertThat(metrics.value("memlora_dead_letters_total", "stage", "extraction", "reason", "MODEL_FAILED")).isEqualTo(1);
        assertThat(metrics.value("memlora_dead_letters_total", "stage", "inbox", "reason", "DUPLICATE_EVENT")).isEqualTo(1);
        assertThat(metrics.type("memlora_stage_seconds")).isEqualTo("histogram");
        for (String stage : new String[] {"extraction", "update", "generation"}) {
            double calls = metrics.value("memlora_stage_seconds_count", "stage", stage);
            assertThat(calls).isPositive();
            assertThat(metrics.value("memlora_stage_seconds_bucket", "stage", stage, "le", "+Inf")).isEqualTo(calls);
            assertThat(metrics.value("memlora_stage_seconds_bucket", "stage", stage, "le", "0.005")).isLessThanOrEqualTo(calls);
        }
        assertThat(metrics.value("memlora_retrieval_seconds_count")).isEqualTo(3);
        assertThat(metrics.value("memlora_batch_events_sum")).isEqualTo(43);
        assertThat(metrics.value("memlora_model_tokens_total", "stage", "extraction", "direction", "read")).isPositive();
        assertThat(metrics.value("memlora_model_tokens_total", "stage", "generation", "direction", "written")).isEqualTo(2);
        for (String partition : new String[] {"0", "1"}) {
            assertThat(metrics.value("memlora_consumer_lag", "topic", "conversation-events", "partition", partition)).isZero();
        }
        assertThat(metrics.samples().keySet()).anyMatch(name -> name.startsWith("memlora_inbox_events"));
        assertThat(metrics.value("memlora_index_banks")).isEqualTo(3);
        assertThat(metrics.value("memlora_index_bytes")).isPositive();
        assertThat(metrics.samples().keySet()).noneMatch(name -> name.contains(SECRET));
    }

    private void assertStateAndTopology(MonitoringServer server) throws Exception {
        JsonNode state = new ObjectMapper().readTree(body(get(server, "/state")));
        assertThat(state.get("state").asText()).isEqualTo("RUNNING");
        assertThat(state.get("live").asBoolean() && state.get("ready").asBoolean()).isTrue();
        assertThat(state.at("/storeEntriesEstimated/memories").asLong()).isEqualTo(38);
        assertThat(state.at("/threads/0/tasks").size()).isEqualTo(2);
        assertThat(state.at("/threads/0/tasks/0/partitions/0/topic").asText()).isEqualTo("conversation-events");
        assertThat(state.toString()).doesNotContain(SECRET);
        assertThat(body(get(server, "/topology"))).contains("Processor: outbox", "Sink: dead-letters");
    }

    @Test
    void shouldNameAPortInUse(@TempDir Path folder) throws Exception {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (MonitoringServer first = MonitoringServer.start("localhost", 0, registry, new WorkerState(null), new StageMeter())) {
            assertThatThrownBy(() -> MonitoringServer.start("localhost", first.port(), registry, new WorkerState(null), new StageMeter()))
                    .isInstanceOf(IOException.class).hasMessageContaining("localhost:" + first.port());
        }
    }

    private HttpResponse<String> get(MonitoringServer server, String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String body(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }
}
