package org.memlora.schemas.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.memlora.schemas.registry.SchemaStore.Version;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema registry on the loopback interface for the demo, tests and laptops: the part of Confluent's REST interface that clients
 * use, with Avro schemas only. It is kept in a folder and survives a restart. Subjects are backward compatible unless configured
 * otherwise. Not there: deletion, schema references, modes, authentication; in production, point at a real registry.
 */
public final class EmbeddedSchemaRegistry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedSchemaRegistry.class);
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final int MAX_BODY_BYTES = 4 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SchemaStore store;
    private final HttpServer server;
    private final ExecutorService threads;

    private EmbeddedSchemaRegistry(SchemaStore store, HttpServer server) {
        this.store = store;
        this.server = server;
        this.threads = Executors.newFixedThreadPool(4, task -> {
            Thread thread = new Thread(task, "schema-registry");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Starts a registry on a free port. */
    public static EmbeddedSchemaRegistry start(Path folder) {
        return start(folder, 0);
    }

    /**
     * Starts a registry.
     *
     * @param folder where schemas are kept; made when missing
     * @param port to listen on; 0 = a free one
     * @throws UncheckedIOException when the folder is in use or the port is taken
     */
    public static EmbeddedSchemaRegistry start(Path folder, int port) {
        try {
            SchemaStore store = new SchemaStore(folder);
            try {
                return new EmbeddedSchemaRegistry(store, HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0));
            } catch (IOException e) {
                store.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where clients reach it, for instance {@code http://127.0.0.1:8081}. */
    public String url() {
        return "http://127.0.0.1:" + port();
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        try {
            store.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            int status = 200;
            Object answer;
            try {
                answer = route(exchange);
            } catch (RegistryException e) {
                status = e.status();
                answer = error(e.code(), e.getMessage());
            } catch (RuntimeException e) {
                LOG.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
                status = 500;
                answer = error(50001, "Internal error: " + e);
            }
            byte[] body = JSON.writeValueAsBytes(answer);
            exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static Map<String, Object> error(int code, String message) {
        return Map.of("error_code", code, "message", message);
    }

    private Object route(HttpExchange exchange) throws IOException {
        List<String> path = Arrays.stream(exchange.getRequestURI().getRawPath().split("/")).filter(part -> !part.isEmpty())
                .map(part -> URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8)).toList();
        String method = exchange.getRequestMethod();
        String root = path.isEmpty() ? "" : path.get(0);
        return switch (method + " " + root) {
            case "GET " -> Map.of();
            case "GET subjects" -> subjects(path);
            case "POST subjects" -> register(path, body(exchange));
            case "GET schemas" -> schemas(path);
            case "POST compatibility" -> check(path, body(exchange), exchange.getRequestURI().getQuery());
            case "GET config" -> config(path, exchange.getRequestURI().getQuery());
            case "PUT config" -> configure(path, body(exchange));
            case "GET mode" -> Map.of("mode", "READWRITE");
            default -> throw List.of("subjects", "schemas", "compatibility", "config", "mode").contains(root)
                    ? new RegistryException(405, "HTTP 405 Method Not Allowed") : notFound();
        };
    }

    private Object subjects(List<String> path) {
        return switch (shape(path, 1, 3)) {
            case "subjects" -> store.subjects();
            case "subjects/*/versions" -> store.versions(path.get(1)).stream().map(Version::version).toList();
            case "subjects/*/versions/*" -> json(store.version(path.get(1), path.get(3)));
            case "subjects/*/versions/*/schema" -> tree(store.version(path.get(1), path.get(3)).text());
            default -> throw notFound();
        };
    }

    private Object register(List<String> path, JsonNode body) {
        return switch (shape(path, 1)) {
            case "subjects/*" -> json(store.lookup(path.get(1), schema(body)));
            case "subjects/*/versions" -> Map.of("id", store.register(path.get(1), schema(body)).id());
            default -> throw notFound();
        };
    }

    private Object schemas(List<String> path) {
        return switch (shape(path, 2)) {
            case "schemas/types" -> List.of("AVRO");
            case "schemas/ids/*" -> Map.of("schema", store.schema(id(path)));
            case "schemas/ids/*/schema" -> tree(store.schema(id(path)));
            case "schemas/ids/*/subjects" -> store.uses(id(path)).stream().map(Version::subject).distinct().toList();
            case "schemas/ids/*/versions" -> store.uses(id(path)).stream()
                    .map(use -> Map.of("subject", use.subject(), "version", use.version())).toList();
            default -> throw notFound();
        };
    }

    private Object check(List<String> path, JsonNode body, String query) {
        String version = switch (shape(path, 2, 4)) {
            case "compatibility/subjects/*/versions" -> null;
            case "compatibility/subjects/*/versions/*" -> path.get(4);
            default -> throw notFound();
        };
        List<String> problems = store.check(path.get(2), version, schema(body));
        return has(query, "verbose=true") ? Map.of("is_compatible", problems.isEmpty(), "messages", problems)
                : Map.of("is_compatible", problems.isEmpty());
    }

    private Object config(List<String> path, String query) {
        String subject = configured(path);
        Compatibility level = store.level(subject).or(() -> has(query, "defaultToGlobal=true") ? store.level(null) : Optional.empty())
                .orElseThrow(() -> new RegistryException(40408, "Subject '" + subject + "' does not have subject-level compatibility configured"));
        return Map.of("compatibilityLevel", level.name());
    }

    private Object configure(List<String> path, JsonNode body) {
        Compatibility level = Compatibility.parse(body.path("compatibility").asText());
        store.setLevel(configured(path), level);
        return Map.of("compatibility", level.name());
    }

    private static String configured(List<String> path) {
        if (path.size() > 2) {
            throw notFound();
        }
        return path.size() == 2 ? path.get(1) : null;
    }

    /** The path with the parts at the given places replaced by an asterisk. */
    private static String shape(List<String> path, int... variables) {
        String[] parts = path.toArray(String[]::new);
        for (int place : variables) {
            if (place < parts.length) {
                parts[place] = "*";
            }
        }
        return String.join("/", parts);
    }

    private static int id(List<String> path) {
        try {
            return Integer.parseInt(path.get(2));
        } catch (NumberFormatException e) {
            throw notFound();
        }
    }

    private static Map<String, Object> json(Version version) {
        return new TreeMap<>(Map.of("subject", version.subject(), "version", version.version(), "id", version.id(), "schema", version.text()));
    }

    private static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String schema(JsonNode body) {
        if (!body.path("schemaType").asText("AVRO").equals("AVRO")) {
            throw RegistryException.invalidSchema("this registry holds Avro schemas only");
        }
        if (!body.path("references").isEmpty()) {
            throw RegistryException.invalidSchema("this registry knows no references");
        }
        return body.path("schema").isTextual() ? body.path("schema").asText() : null;
    }

    private static JsonNode body(HttpExchange exchange) throws IOException {
        byte[] bytes = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (bytes.length > MAX_BODY_BYTES) {
            throw new RegistryException(413, "Request larger than " + MAX_BODY_BYTES + " bytes");
        }
        try {
            return JSON.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw new RegistryException(400, "The request is not JSON: " + e.getOriginalMessage());
        }
    }

    private static boolean has(String query, String setting) {
        return query != null && List.of(query.split("&")).contains(setting);
    }

    private static RegistryException notFound() {
        return new RegistryException(404, "HTTP 404 Not Found");
    }
}
