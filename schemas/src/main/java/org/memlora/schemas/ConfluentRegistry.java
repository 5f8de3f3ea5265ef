package org.memlora.schemas;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.ParsedSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;

/**
 * Confluent's registry client, and the only class that knows under which names Flink's jar carries it.
 * A URL {@code mock://NAME} is a registry in memory, shared by all who name it in this process.
 */
final class ConfluentRegistry implements SchemaRegistry {
    private static final int CACHED_SCHEMAS = 1000;
    private static final int SUBJECT_NOT_FOUND = 40401;
    private static final int SCHEMA_NOT_FOUND = 40403;
    /** How the client says that the registry answered, with a schema that is none of Avro's (Protobuf, JSON). */
    private static final String NO_AVRO = "Invalid schema ";
    private static final String TYPE = " of type ";
    private static final Map<String, SchemaRegistryClient> MOCKS = new ConcurrentHashMap<>();

    private final String url;
    private final boolean shared;
    private final SchemaRegistryClient client;
    private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();

    ConfluentRegistry(String url, Map<String, ?> configuration) {
        this.url = url;
        this.shared = url.startsWith("mock://");
        if (shared) {
            this.client = MOCKS.computeIfAbsent(url, name -> new MockSchemaRegistryClient(List.of(new AvroSchemaProvider())));
            return;
        }
        Map<String, Object> settings = new HashMap<>();
        settings.put("http.connect.timeout.ms", 5_000);
        settings.put("http.read.timeout.ms", 10_000);
        settings.putAll(configuration);
        this.client = new CachedSchemaRegistryClient(List.of(url.split("\\s*,\\s*")), CACHED_SCHEMAS,
                List.of(new AvroSchemaProvider()), settings);
    }

    @Override
    public int register(String subject, Schema schema) {
        try {
            return client.register(subject, new AvroSchema(schema.toString()));
        } catch (RestClientException e) {
            if (e.getStatus() == 409 || e.getStatus() == 422) {
                throw new SchemaRefusedException(subject, e);
            }
            throw unavailable(e);
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    @Override
    public Optional<Schema> schema(int id) {
        Schema known = schemas.get(id);
        if (known != null) {
            return Optional.of(known);
        }
        try {
            ParsedSchema found = client.getSchemaById(id);
            if (!(found instanceof AvroSchema avro)) {
                return Optional.empty();
            }
            Schema schema = new Schema.Parser().parse(avro.rawSchema().toString());   // with what it refers to
            schemas.put(id, schema);
            return Optional.of(schema);
        } catch (AvroRuntimeException e) {
            return Optional.empty();   // Avro's own rules are stricter than the registry's
        } catch (RestClientException e) {
            // A 404 without the registry's own code comes from a proxy or a wrong URL and says nothing about the id.
            if (e.getErrorCode() == SCHEMA_NOT_FOUND || e.getErrorCode() == SUBJECT_NOT_FOUND) {
                return Optional.empty();
            }
            throw unavailable(e);
        } catch (IOException e) {
            if (isNoAvro(String.valueOf(e.getMessage()))) {
                return Optional.empty();
            }
            throw unavailable(e);
        }
    }

    /** Of an Avro schema with references the client says the same when it can't read what they refer to: that is trouble of the registry's. */
    private static boolean isNoAvro(String message) {
        boolean avro = message.endsWith(TYPE + "AVRO") || message.endsWith(TYPE + "null");
        return message.startsWith(NO_AVRO) && (!avro || message.contains(" with refs [] "));
    }

    private RegistryUnavailableException unavailable(Exception cause) {
        return new RegistryUnavailableException("No usable answer from the schema registry at " + url + ": " + cause.getMessage(), cause);
    }

    @Override
    public void close() {
        if (shared) {
            return;
        }
        try {
            client.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
