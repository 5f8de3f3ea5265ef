package org.memlora.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedSchemaRegistryTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ONE = record("{\"name\":\"a\",\"type\":\"string\"}");
    private static final String WIDER = record("{\"name\":\"a\",\"type\":\"string\"},{\"name\":\"b\",\"type\":[\"null\",\"int\"],\"default\":null}");
    private static final String BROKEN = record("{\"name\":\"a\",\"type\":\"string\"},{\"name\":\"c\",\"type\":\"int\"}");

    private final HttpClient http = HttpClient.newHttpClient();
    @TempDir
    private Path folder;
    private EmbeddedSchemaRegistry registry;

    @BeforeEach
    void start() {
        registry = EmbeddedSchemaRegistry.start(folder);
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void versionsIdsAndLookups() throws Exception {
        assertThat(ok("POST", "/subjects/s/versions?normalize=false", schema(ONE)).at("/id").asInt()).isEqualTo(1);
        assertThat(ok("POST", "/subjects/s/versions", schema(ONE)).at("/id").asInt()).isEqualTo(1);
        assertThat(ok("POST", "/subjects/s/versions", schema(WIDER)).at("/id").asInt()).isEqualTo(2);
        assertThat(ok("POST", "/subjects/other%2Fsub/versions", schema(ONE)).at("/id").asInt()).isEqualTo(1);
        assertThat(ok("GET", "/subjects", null)).hasToString("[\"other/sub\",\"s\"]");
        assertThat(ok("GET", "/subjects/s/versions", null)).hasToString("[1,2]");
        assertThat(ok("GET", "/subjects/s/versions/latest?deleted=true", null).at("/version").asInt()).isEqualTo(2);
        assertThat(ok("GET", "/subjects/s/versions/-1", null).at("/id").asInt()).isEqualTo(2);
        JsonNode first = ok("GET", "/subjects/s/versions/1", null);
        assertThat(first.at("/subject").asText()).isEqualTo("s");
        assertThat(JSON.readTree(first.at("/schema").asText())).isEqualTo(JSON.readTree(ONE));
        assertThat(ok("GET", "/subjects/s/versions/1/schema", null)).isEqualTo(JSON.readTree(ONE));
        assertThat(ok("POST", "/subjects/s", schema(WIDER)).at("/version").asInt()).isEqualTo(2);
        assertThat(JSON.readTree(ok("GET", "/schemas/ids/2?subject=s&fetchMaxId=false", null).at("/schema").asText())).isEqualTo(JSON.readTree(WIDER));
        assertThat(ok("GET", "/schemas/ids/2/schema", null)).isEqualTo(JSON.readTree(WIDER));
        assertThat(ok("GET", "/schemas/ids/1/versions", null)).hasSize(2);
        assertThat(ok("GET", "/schemas/ids/1/subjects", null)).hasToString("[\"other/sub\",\"s\"]");
        assertThat(ok("GET", "/schemas/types", null)).hasToString("[\"AVRO\"]");
        assertThat(ok("GET", "/mode", null).at("/mode").asText()).isEqualTo("READWRITE");
        assertThat(ok("GET", "/", null)).isEmpty();
    }

    @Test
    void errorsCarryConfluentsCodes() throws Exception {
        ok("POST", "/subjects/s/versions", schema(ONE));
        assertError(404, 40401, "GET", "/subjects/none/versions", null);
        assertError(404, 40401, "POST", "/subjects/none", schema(ONE));
        assertError(404, 40402, "GET", "/subjects/s/versions/9", null);
        assertError(422, 42202, "GET", "/subjects/s/versions/zero", null);
        assertError(404, 40403, "POST", "/subjects/s", schema(WIDER));
        assertError(404, 40403, "GET", "/schemas/ids/9", null);
        assertError(409, 409, "POST", "/subjects/s/versions", schema(BROKEN));
        assertError(422, 42201, "POST", "/subjects/s/versions", schema("{\"type\":\"nonsense\"}"));
        assertError(422, 42201, "POST", "/subjects/s/versions", Map.of());
        assertError(422, 42201, "POST", "/subjects/s/versions", Map.of("schemaType", "PROTOBUF", "schema", "x"));
        assertError(422, 42203, "PUT", "/config", Map.of("compatibility", "SOMETIMES"));
        assertError(404, 40408, "GET", "/config/s", null);
        assertError(404, 404, "GET", "/nowhere", null);
        assertError(404, 404, "GET", "/schemas/ids/x", null);
        assertError(405, 405, "DELETE", "/subjects/s", null);
        HttpResponse<String> noJson = http.send(HttpRequest.newBuilder(URI.create(registry.url() + "/subjects/s"))
                .POST(HttpRequest.BodyPublishers.ofString("{")).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(noJson.statusCode()).isEqualTo(400);
    }

    @Test
    void compatibilityIsCheckedAndConfigured() throws Exception {
        ok("POST", "/subjects/s/versions", schema(ONE));
        assertThat(ok("GET", "/config", null).at("/compatibilityLevel").asText()).isEqualTo("BACKWARD");
        assertThat(ok("GET", "/config/s?defaultToGlobal=true", null).at("/compatibilityLevel").asText()).isEqualTo("BACKWARD");
        assertThat(ok("POST", "/compatibility/subjects/s/versions/latest", schema(WIDER)).at("/is_compatible").asBoolean()).isTrue();
        JsonNode no = ok("POST", "/compatibility/subjects/s/versions?verbose=true", schema(BROKEN));
        assertThat(no.at("/is_compatible").asBoolean()).isFalse();
        assertThat(no.at("/messages/0").asText()).contains("READER_FIELD_MISSING_DEFAULT_VALUE");
        assertThat(ok("PUT", "/config/s", Map.of("compatibility", "NONE")).at("/compatibility").asText()).isEqualTo("NONE");
        assertThat(ok("POST", "/subjects/s/versions", schema(BROKEN)).at("/id").asInt()).isEqualTo(2);
        assertThat(ok("PUT", "/config", Map.of("compatibility", "FORWARD")).at("/compatibility").asText()).isEqualTo("FORWARD");
        ok("POST", "/subjects/f/versions", schema(ONE));
        ok("POST", "/subjects/f/versions", schema(BROKEN));
        assertError(409, 409, "POST", "/subjects/f/versions", schema(ONE.replace("\"a\"", "\"z\"")));
    }

    @Test
    void stateSurvivesARestartAndACutLine() throws Exception {
        ok("POST", "/subjects/s/versions", schema(ONE));
        ok("PUT", "/config/s", Map.of("compatibility", "FULL"));
        registry.close();
        Files.writeString(folder.resolve("schemas.jsonl"), "{\"subject\":\"s\",\"vers", StandardOpenOption.APPEND);
        start();
        assertThat(ok("GET", "/config/s", null).at("/compatibilityLevel").asText()).isEqualTo("FULL");
        assertThat(ok("POST", "/subjects/s/versions", schema(ONE)).at("/id").asInt()).isEqualTo(1);
        assertError(409, 409, "POST", "/subjects/s/versions", schema(BROKEN));
        assertThat(ok("POST", "/subjects/s/versions", schema(WIDER)).at("/id").asInt()).isEqualTo(2);
        registry.close();
        start();
        assertThat(ok("GET", "/subjects/s/versions", null)).hasToString("[1,2]");
    }

    @Test
    void folderIsUsedByOneRegistryAtATime() {
        assertThatThrownBy(() -> EmbeddedSchemaRegistry.start(folder)).isInstanceOf(UncheckedIOException.class).hasMessageContaining("in use");
    }

    @Test
    void concurrentRegistrationsOfOneSchemaGetOneId() throws Exception {
        IntStream.range(0, 40).parallel().forEach(i -> {
            try {
                assertThat(ok("POST", "/subjects/s" + i % 4 + "/versions", schema(ONE)).at("/id").asInt()).isEqualTo(1);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        assertThat(Files.readAllLines(folder.resolve("schemas.jsonl"))).hasSize(4);
    }

    private static String record(String fields) {
        return "{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"n\",\"fields\":[" + fields + "]}";
    }

    private static Map<String, String> schema(String text) {
        return Map.of("schema", text);
    }

    private JsonNode ok(String method, String path, Object body) throws Exception {
        HttpResponse<String> answer = send(method, path, body);
        assertThat(answer.statusCode()).as(method + " " + path + ": " + answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/vnd.schemaregistry.v1+json");
        return JSON.readTree(answer.body());
    }

    private void assertError(int status, int code, String method, String path, Object body) throws Exception {
        HttpResponse<String> answer = send(method, path, body);
        assertThat(answer.statusCode()).as(method + " " + path + ": " + answer.body()).isEqualTo(status);
        assertThat(JSON.readTree(answer.body()).at("/error_code").asInt()).isEqualTo(code);
        assertThat(JSON.readTree(answer.body()).at("/message").asText()).isNotBlank();
    }

    private HttpResponse<String> send(String method, String path, Object body) throws Exception {
        HttpRequest.BodyPublisher sent = body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body));
        return http.send(HttpRequest.newBuilder(URI.create(registry.url() + path)).method(method, sent).build(), HttpResponse.BodyHandlers.ofString());
    }
}
