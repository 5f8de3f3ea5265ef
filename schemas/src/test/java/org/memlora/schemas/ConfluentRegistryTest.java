package org.memlora.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a registry that others use, too, may answer for the id of a record. */
class ConfluentRegistryTest {
    private static final Map<String, String> ANSWERS = Map.of(
            "1", "{\"schemaType\": \"PROTOBUF\", \"schema\": \"syntax = \\\"proto3\\\"; message Ping { int32 n = 1; }\"}",
            "2", "{\"schema\": \"{\\\"type\\\": \\\"record\\\", \\\"name\\\": \\\"R\\\", \\\"fields\\\": [{\\\"name\\\": \\\"n\\\", \\\"type\\\": \\\"int\\\", \\\"default\\\": \\\"x\\\"}]}\"}",
            "3", "{\"schema\": \"{\\\"type\\\": \\\"record\\\", \\\"name\\\": \\\"a.Outer\\\", \\\"fields\\\": [{\\\"name\\\": \\\"inner\\\", \\\"type\\\": \\\"a.Inner\\\"}]}\","
                    + " \"references\": [{\"name\": \"a.Inner\", \"subject\": \"inner\", \"version\": 1}]}");
    private static final String INNER = "{\"subject\": \"inner\", \"version\": 1, \"id\": 4, \"schema\": \"{\\\"type\\\": \\\"record\\\", \\\"name\\\": \\\"a.Inner\\\","
            + " \\\"fields\\\": [{\\\"name\\\": \\\"n\\\", \\\"type\\\": \\\"int\\\"}]}\"}";

    private volatile boolean innerIsThere = true;
    private HttpServer server;
    private ConfluentRegistry registry;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String[] path = exchange.getRequestURI().getPath().split("/");
            String answer = !path[1].equals("subjects") ? ANSWERS.get(path[3]) : innerIsThere ? INNER : null;
            byte[] bytes = (answer == null ? "{\"error_code\": 50001, \"message\": \"broken\"}" : answer).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer == null ? 500 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        registry = new ConfluentRegistry("http://localhost:" + server.getAddress().getPort(), Map.of());
    }

    @AfterEach
    void stop() {
        registry.close();
        server.stop(0);
    }

    @Test
    void shouldHaveNoSchemaWhereTheIdIsOfAnotherFormat() {
        assertThat(registry.schema(1)).as("Protobuf").isEmpty();
    }

    @Test
    void shouldHaveNoSchemaWhereAvroRefusesIt() {
        assertThat(registry.schema(2)).as("a default of another type").isEmpty();
    }

    @Test
    void shouldReadASchemaWithWhatItRefersTo() {
        assertThat(registry.schema(3)).get().extracting(schema -> schema.getField("inner").schema().getField("n").schema().getType())
                .isEqualTo(Schema.Type.INT);
    }

    /** Else a moment of trouble would make dead letters of good events. */
    @Test
    void shouldSayThatTheRegistryIsInTroubleWhereAReferenceCantBeRead() {
        innerIsThere = false;
        assertThatThrownBy(() -> registry.schema(3)).isInstanceOf(RegistryUnavailableException.class);
        innerIsThere = true;
        assertThat(registry.schema(3)).isPresent();
    }

    @Test
    void shouldSayThatTheRegistryIsInTroubleWhereItIs() {
        assertThatThrownBy(() -> registry.schema(9)).isInstanceOf(RegistryUnavailableException.class).hasMessageContaining("broken");
    }
}
