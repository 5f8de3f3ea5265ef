package org.memlora.topology.monitoring;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.ToDoubleFunction;
import org.memlora.operators.Stage;
import org.memlora.topology.serving.StageMeter;

/**
 * HTTP, without protection of its own, hence on localhost unless told otherwise:
 * <pre>
 * /metrics        Prometheus' text format
 * /health/live    200, or 503 where only a restart helps
 * /health/ready   200, or 503 while partitions are assigned or stores restored
 * /topology       the graph, text
 * /state          threads, tasks, offsets, store sizes, JSON
 * </pre>
 */
public final class MonitoringServer implements AutoCloseable {

    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int UNAVAILABLE = 503;

    private record Reply(int code, String type, String text) { }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(2, task -> {
        Thread thread = new Thread(task, "monitoring");
        thread.setDaemon(true);
        return thread;
    });
    private final PrometheusMeterRegistry registry;
    private final WorkerState state;
    private final MultiGauge lag;

    private MonitoringServer(HttpServer server, PrometheusMeterRegistry registry, WorkerState state) {
        this.server = server;
        this.registry = registry;
        this.state = state;
        this.lag = MultiGauge.builder("memlora.consumer.lag").description("Events not committed yet.").register(registry);
    }

    /**
     * @param port 0 = a free one
     * @throws IOException if the port can't be used
     */
    public static MonitoringServer start(String host, int port, PrometheusMeterRegistry registry, WorkerState state, StageMeter meter)
            throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(new InetSocketAddress(host, port), 0);
        } catch (IOException e) {
            throw new IOException("The metrics can't be served at " + host + ":" + port + " (" + e.getMessage() + "); give another port.", e);
        }
        MonitoringServer monitoring = new MonitoringServer(server, registry, state);
        bind(registry, meter);
        server.createContext("/", monitoring::handle);
        server.setExecutor(monitoring.threads);
        server.start();
        return monitoring;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static void bind(PrometheusMeterRegistry registry, StageMeter meter) {
        new JvmMemoryMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        for (Stage stage : List.of(Stage.EXTRACTION, Stage.UPDATE, Stage.GENERATION, Stage.VISION)) {
            count(registry, meter, stage, "memlora.model.calls", Tags.empty(), StageMeter.Work::calls);
            count(registry, meter, stage, "memlora.model.requests", Tags.empty(), StageMeter.Work::requests);
            count(registry, meter, stage, "memlora.model.tokens", Tags.of("direction", "read"), StageMeter.Work::promptTokens);
            count(registry, meter, stage, "memlora.model.tokens", Tags.of("direction", "written"), StageMeter.Work::outputTokens);
            count(registry, meter, stage, "memlora.model.seconds", Tags.empty(), work -> work.nanos() / 1e9);
        }
    }

    private static void count(PrometheusMeterRegistry registry, StageMeter meter, Stage stage, String name, Tags tags,
            ToDoubleFunction<StageMeter.Work> count) {
        FunctionCounter.builder(name, meter, all -> count.applyAsDouble(all.of(stage)))
                .tags(tags.and("stage", stage.word())).register(registry);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Reply reply = exchange.getRequestMethod().equals("GET") ? reply(exchange.getRequestURI().getPath())
                    : new Reply(METHOD_NOT_ALLOWED, TEXT, "Only GET is answered.\n");
            byte[] body = reply.text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", reply.type);
            exchange.sendResponseHeaders(reply.code, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Reply reply(String path) {
        return switch (path) {
            case "/metrics" -> new Reply(OK, PROMETHEUS, scrape());
            case "/health/live" -> health(state.isLive());
            case "/health/ready" -> health(state.isReady());
            case "/topology" -> new Reply(OK, TEXT, state.topology());
            case "/state" -> new Reply(OK, "application/json", state.json().toPrettyString() + "\n");
            default -> new Reply(NOT_FOUND, TEXT, "There are /metrics, /health/live, /health/ready, /topology and /state.\n");
        };
    }

    private Reply health(boolean good) {
        return new Reply(good ? OK : UNAVAILABLE, TEXT, state.streams().state() + "\n");
    }

    private synchronized String scrape() {
        lag.register(state.lag().entrySet().stream().map(entry -> MultiGauge.Row.of(Tags.of("topic", entry.getKey().topic(),
                "partition", String.valueOf(entry.getKey().partition())), entry.getValue())).toList(), true);
        return registry.scrape();
    }
}
